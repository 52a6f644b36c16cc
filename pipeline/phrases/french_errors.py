"""Every error in French, by its English sentence as it stands where it is raised."""

from __future__ import annotations

ERRORS = {
    # Photos.
    "This file is empty. Choose another one.": "Ce fichier est vide. Choisissez-en un autre.",
    "This picture is too large to open safely. Save a smaller copy, and try that one.": (
        "Cette image est trop grande pour être ouverte sans risque. Enregistrez-en une "
        "copie plus petite et essayez avec celle-ci."
    ),
    "This picture is too small to describe. Try a larger copy of it.": (
        "Cette image est trop petite pour être décrite. Essayez une copie plus grande."
    ),
    "This file is not a picture that Vois can read. Try a JPEG or PNG photo.": (
        "Ce fichier n’est pas une image que Vois sait lire. Essayez une photo JPEG ou PNG."
    ),
    "Vois cannot read AVIF pictures. Save this one as a JPEG or PNG, and try that.": (
        "Vois ne sait pas lire les images AVIF. Enregistrez celle-ci en JPEG ou en PNG, "
        "puis essayez de nouveau."
    ),
    "This file is a video, and Vois describes photos. Choose a photo instead.": (
        "Ce fichier est une vidéo, et Vois décrit des photos. Choisissez plutôt une photo."
    ),
    "This picture is incomplete or damaged. Copy it again from where it came from.": (
        "Cette image est incomplète ou abîmée. Copiez-la de nouveau depuis son emplacement "
        "d’origine."
    ),
    "Vois cannot read HEIC photos. Send the photo as a JPEG; for new photos on an "
    "iPhone, open Settings, Camera, Formats, and choose Most Compatible.": (
        "Vois ne sait pas lire les photos HEIC. Envoyez la photo en JPEG\u00a0; pour vos "
        "prochaines photos sur iPhone, ouvrez Réglages, Appareil photo, Formats, et "
        "choisissez Le plus compatible."
    ),
    "The file {name} cannot be opened.": "Le fichier {name} ne peut pas être ouvert.",
    "There is no photo in this folder.": "Il n’y a aucune photo dans ce dossier.",
    # The model.
    "The model is missing: there is no {file} in {folder}.": (
        "Le modèle est introuvable\u00a0: il n’y a pas de {file} dans {folder}."
    ),
    "The model is missing: there is no {file}.": (
        "Le modèle est introuvable\u00a0: il n’y a pas de {file}."
    ),
    "The model file {file} is damaged. Install Vois again.": (
        "Le fichier {file} du modèle est abîmé. Réinstallez Vois."
    ),
    "The model's {file} cannot be read.": "Le fichier {file} du modèle ne peut pas être lu.",
    "The model's {file} does not fit this version of Vois.": (
        "Le fichier {file} du modèle ne convient pas à cette version de Vois."
    ),
    "The model's {file} holds a wrong value.": (
        "Le fichier {file} du modèle contient une valeur incorrecte."
    ),
    "The model's {file} holds a value out of its range.": (
        "Le fichier {file} du modèle contient une valeur hors limites."
    ),
    "The model's files do not fit together. Install Vois again.": (
        "Les fichiers du modèle ne vont pas ensemble. Réinstallez Vois."
    ),
    "The model's vocabulary is not the one that it was trained with.": (
        "Le vocabulaire du modèle n’est pas celui avec lequel il a été entraîné."
    ),
    "The model does not speak the language {code}.": ("Le modèle ne parle pas la langue {code}."),
    "The vocabulary file is damaged: its special words are missing.": (
        "Le fichier du vocabulaire est abîmé\u00a0: ses mots spéciaux manquent."
    ),
    "The vocabulary file is damaged: it holds a word twice.": (
        "Le fichier du vocabulaire est abîmé\u00a0: un mot s’y trouve deux fois."
    ),
    "The vocabulary {file} cannot be read.": "Le vocabulaire {file} ne peut pas être lu.",
    "The vocabulary {file} is not a list of words.": (
        "Le vocabulaire {file} n’est pas une liste de mots."
    ),
    # The history.
    "The history's place is taken by a file of another program, which is left as it "
    "is. Move that file away, then start Vois again.": (
        "L’emplacement de l’historique est occupé par le fichier d’un autre programme, qui "
        "reste tel quel. Déplacez ce fichier, puis relancez Vois."
    ),
    "The history was written by a newer Vois and is left as it is. Install the newer "
    "Vois again to use it.": (
        "L’historique vient d’une version plus récente de Vois et reste tel quel. "
        "Réinstallez cette version pour l’utiliser."
    ),
    "The history was damaged, so a new one was begun. The damaged one is kept as "
    "{name} in the folder {folder}.": (
        "L’historique était abîmé\u00a0: un nouveau a été commencé. L’ancien est gardé "
        "sous le nom {name} dans le dossier {folder}."
    ),
    "The history could not be read or written. Check that its disk is connected and not full.": (
        "L’historique n’a pas pu être lu ou écrit. Vérifiez que son disque est branché et "
        "qu’il n’est pas plein."
    ),
    "The history could not be read or written. Start Vois again.": (
        "L’historique n’a pas pu être lu ou écrit. Relancez Vois."
    ),
    "The disk is full, so the history was not changed. Delete what you no longer need.": (
        "Le disque est plein, donc l’historique n’a pas été modifié. Supprimez ce dont "
        "vous n’avez plus besoin."
    ),
    "Vois may not write its history in {folder}. Check that the folder exists and that "
    "you may write in it.": (
        "Vois ne peut pas écrire son historique dans {folder}. Vérifiez que le dossier "
        "existe et que vous avez le droit d’y écrire."
    ),
    "Another window or program is using the history. Try again in a moment.": (
        "Une autre fenêtre ou un autre programme utilise l’historique. Réessayez dans un instant."
    ),
    "The history does not know whose description this is.": (
        "L’historique ne sait pas à qui appartient cette description."
    ),
    "This description is no longer in the history.": (
        "Cette description n’est plus dans l’historique."
    ),
    "The history is switched off. Switch it on in the settings, then import again.": (
        "L’historique est désactivé. Activez-le dans les réglages, puis recommencez l’importation."
    ),
    "There are no words to keep in the history.": "Il n’y a aucun mot à garder dans l’historique.",
    "This description cannot be kept: part of it makes no sense.": (
        "Cette description ne peut pas être gardée\u00a0: une partie n’a pas de sens."
    ),
    "Choose a number of days from 1 to 36500.": "Choisissez un nombre de jours entre 1 et 36500.",
    # Archives.
    "The export could not be made: {kind}.": "L’exportation n’a pas pu être faite\u00a0: {kind}.",
    "The export could not be written. Check that there is room on the disk, and try again.": (
        "L’exportation n’a pas pu être écrite. Vérifiez qu’il reste de la place sur le "
        "disque, puis réessayez."
    ),
    "This archive holds something that Vois did not write, so nothing was imported.": (
        "Cette archive contient des données que Vois n’a pas écrites, donc rien n’a été importé."
    ),
    "A picture in this archive is too large, so nothing was imported.": (
        "Une image de cette archive est trop grande, donc rien n’a été importé."
    ),
    "A picture in this archive is no picture that Vois made, so nothing was imported.": (
        "Une image de cette archive n’a pas été créée par Vois, donc rien n’a été importé."
    ),
    "This archive has files that Vois does not export, so nothing was imported.": (
        "Cette archive contient des fichiers que Vois n’exporte pas, donc rien n’a été importé."
    ),
    "This file is no archive that Vois exported. Choose the zip file that you exported.": (
        "Ce fichier n’est pas une archive exportée par Vois. Choisissez le fichier zip que "
        "vous avez exporté."
    ),
    "This archive is damaged or incomplete, so nothing was imported. Copy it again.": (
        "Cette archive est abîmée ou incomplète, donc rien n’a été importé. Copiez-la de nouveau."
    ),
    "This archive unpacks to far too much, so nothing was imported.": (
        "Cette archive est bien trop volumineuse une fois décompressée, donc rien n’a été importé."
    ),
    "This archive has links to other files, so nothing was imported.": (
        "Cette archive contient des liens vers d’autres fichiers, donc rien n’a été importé."
    ),
    "This archive has files that point outside it, so nothing was imported.": (
        "Cette archive contient des fichiers qui mènent hors d’elle, donc rien n’a été importé."
    ),
    "This archive was exported by a newer Vois. Install the newer Vois to import it.": (
        "Cette archive vient d’une version plus récente de Vois. Installez cette version "
        "pour l’importer."
    ),
    "This archive is locked with a password, so nothing was imported. Export it without one.": (
        "Cette archive est protégée par un mot de passe, donc rien n’a été importé. "
        "Exportez-la sans mot de passe."
    ),
    # Voices; most of these are only logged.
    "This voice speaks English and French only.": "Cette voix ne parle qu’anglais et français.",
    "The eSpeak voice is not installed, or damaged.": (
        "La voix eSpeak n’est pas installée, ou elle est abîmée."
    ),
    "This voice could not read the text.": "Cette voix n’a pas pu lire le texte.",
    "The voice sent nothing that can be played.": "La voix n’a rien envoyé qui puisse être joué.",
    "This computer cannot write MP3 files.": "Cet ordinateur ne sait pas écrire de fichiers MP3.",
    "The online voice asks for a pause.": "La voix en ligne demande une pause.",
    "The online voice rests after a failure.": "La voix en ligne se repose après un échec.",
    "The online voice is still busy with earlier texts.": (
        "La voix en ligne est encore occupée par des textes précédents."
    ),
    "The online voice cannot be asked now.": (
        "La voix en ligne ne peut pas être sollicitée maintenant."
    ),
    "The online voice did not answer in time.": "La voix en ligne n’a pas répondu à temps.",
    "The system's voice speaks English and French only.": (
        "La voix du système ne parle qu’anglais et français."
    ),
    "The system has no voice for this language.": "Le système n’a pas de voix pour cette langue.",
    "The system's voice could not be started.": "La voix du système n’a pas pu être lancée.",
    "The system's voice gave no sound.": "La voix du système n’a produit aucun son.",
    "The voice gave no sound that can be played.": (
        "La voix n’a produit aucun son qui puisse être joué."
    ),
    "The voice gave only silence.": "La voix n’a produit que du silence.",
    "There is no sound to join.": "Il n’y a aucun son à assembler.",
    "This text is too long to read aloud: {most} letters at most.": (
        "Ce texte est trop long pour être lu à voix haute\u00a0: {most} lettres au plus."
    ),
    "There is nothing to say.": "Il n’y a rien à dire.",
    "The online voice has no such accent.": "La voix en ligne n’a pas cet accent.",
    "The online voice does not speak this language.": (
        "La voix en ligne ne parle pas cette langue."
    ),
    "This text is too long for the online voice.": "Ce texte est trop long pour la voix en ligne.",
    "The online voice cannot be reached.": "La voix en ligne est injoignable.",
    "The online voice sent nothing that can be played.": (
        "La voix en ligne n’a rien envoyé qui puisse être joué."
    ),
    "The offline voice speaks English only.": "La voix hors ligne ne parle qu’anglais.",
    "The offline voice could not read this text.": "La voix hors ligne n’a pas pu lire ce texte.",
}
