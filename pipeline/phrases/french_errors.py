"""The French sentence of each error message."""

from __future__ import annotations

from pipeline.errors import Message

ERRORS = {
    # Photos.
    Message.PHOTO_EMPTY: "Ce fichier est vide. Choisissez-en un autre.",
    Message.PHOTO_TOO_LARGE: (
        "Cette image est trop grande pour être ouverte sans risque. Enregistrez-en une copie plus "
        "petite et essayez avec celle-ci."
    ),
    Message.PHOTO_TOO_SMALL: (
        "Cette image est trop petite pour être décrite. Essayez une copie plus grande."
    ),
    Message.PHOTO_FORMAT_UNKNOWN: (
        "Ce fichier n’est pas une image que Vois sait lire. Essayez une photo JPEG ou PNG."
    ),
    Message.PHOTO_AVIF: (
        "Vois ne sait pas lire les images AVIF. Enregistrez celle-ci en JPEG ou en PNG, puis "
        "essayez de nouveau."
    ),
    Message.PHOTO_VIDEO: (
        "Ce fichier est une vidéo, et Vois décrit des photos. Choisissez plutôt une photo."
    ),
    Message.PHOTO_DAMAGED: (
        "Cette image est incomplète ou abîmée. Copiez-la de nouveau depuis son emplacement "
        "d’origine."
    ),
    Message.PHOTO_HEIC: (
        "Vois ne sait pas lire les photos HEIC. Envoyez la photo en JPEG\u00a0; pour vos "
        "prochaines photos sur iPhone, ouvrez Réglages, Appareil photo, Formats, et choisissez Le "
        "plus compatible."
    ),
    Message.PHOTO_NOT_OPENED: "Le fichier {name} ne peut pas être ouvert.",
    Message.FOLDER_WITHOUT_PHOTO: "Il n’y a aucune photo dans ce dossier.",
    # The model.
    Message.MODEL_MISSING: "Le modèle est introuvable\u00a0: il n’y a pas de {file} dans {folder}.",
    Message.MODEL_FILE_MISSING: "Le modèle est introuvable\u00a0: il n’y a pas de {file}.",
    Message.MODEL_FILE_DAMAGED: "Le fichier {file} du modèle est abîmé. Réinstallez Vois.",
    Message.CONTRACT_UNREADABLE: "Le fichier {file} du modèle ne peut pas être lu.",
    Message.CONTRACT_OTHER_VERSION: (
        "Le fichier {file} du modèle ne convient pas à cette version de Vois."
    ),
    Message.CONTRACT_VALUE_WRONG: "Le fichier {file} du modèle contient une valeur incorrecte.",
    Message.CONTRACT_VALUE_OUT_OF_RANGE: (
        "Le fichier {file} du modèle contient une valeur hors limites."
    ),
    Message.MODEL_FILES_MISMATCHED: (
        "Les fichiers du modèle ne vont pas ensemble. Réinstallez Vois."
    ),
    Message.VOCABULARY_MISMATCHED: (
        "Le vocabulaire du modèle n’est pas celui avec lequel il a été entraîné."
    ),
    Message.LANGUAGE_NOT_LEARNED: "Le modèle ne parle pas la langue {code}.",
    Message.VOCABULARY_WITHOUT_SPECIAL_WORDS: (
        "Le fichier du vocabulaire est abîmé\u00a0: ses mots spéciaux manquent."
    ),
    Message.VOCABULARY_WORD_TWICE: (
        "Le fichier du vocabulaire est abîmé\u00a0: un mot s’y trouve deux fois."
    ),
    Message.VOCABULARY_UNREADABLE: "Le vocabulaire {file} ne peut pas être lu.",
    Message.VOCABULARY_NOT_A_LIST: "Le vocabulaire {file} n’est pas une liste de mots.",
    # The history.
    Message.HISTORY_FOREIGN: (
        "L’emplacement de l’historique est occupé par le fichier d’un autre programme, qui reste "
        "tel quel. Déplacez ce fichier, puis relancez Vois."
    ),
    Message.HISTORY_NEWER: (
        "L’historique vient d’une version plus récente de Vois et reste tel quel. Réinstallez "
        "cette version pour l’utiliser."
    ),
    Message.HISTORY_REPLACED: (
        "L’historique était abîmé\u00a0: un nouveau a été commencé. L’ancien est gardé sous le "
        "nom {name} dans le dossier {folder}."
    ),
    Message.HISTORY_DISK_FAILED: (
        "L’historique n’a pas pu être lu ou écrit. Vérifiez que son disque est branché et qu’il "
        "n’est pas plein."
    ),
    Message.HISTORY_FAILED: "L’historique n’a pas pu être lu ou écrit. Relancez Vois.",
    Message.HISTORY_DISK_FULL: (
        "Le disque est plein, donc l’historique n’a pas été modifié. Supprimez ce dont vous "
        "n’avez plus besoin."
    ),
    Message.HISTORY_NOT_WRITABLE: (
        "Vois ne peut pas écrire son historique dans {folder}. Vérifiez que le dossier existe et "
        "que vous avez le droit d’y écrire."
    ),
    Message.HISTORY_BUSY: (
        "Une autre fenêtre ou un autre programme utilise l’historique. Réessayez dans un instant."
    ),
    Message.HISTORY_OWNER_UNKNOWN: "L’historique ne sait pas à qui appartient cette description.",
    Message.HISTORY_ENTRY_MISSING: "Cette description n’est plus dans l’historique.",
    Message.HISTORY_OFF: (
        "L’historique est désactivé. Activez-le dans les réglages, puis recommencez l’importation."
    ),
    Message.HISTORY_TEXT_EMPTY: "Il n’y a aucun mot à garder dans l’historique.",
    Message.HISTORY_ENTRY_INVALID: (
        "Cette description ne peut pas être gardée\u00a0: elle contient une valeur non valide."
    ),
    Message.HISTORY_DAYS_OUT_OF_RANGE: "Choisissez un nombre de jours entre 1 et 36500.",
    # Exported archives.
    Message.EXPORT_FAILED: "L’exportation n’a pas pu être faite\u00a0: {kind}.",
    Message.EXPORT_NOT_WRITTEN: (
        "L’exportation n’a pas pu être écrite. Vérifiez qu’il reste de la place sur le disque, "
        "puis réessayez."
    ),
    Message.ARCHIVE_ENTRY_INVALID: (
        "Cette archive contient des données que Vois n’a pas écrites, donc rien n’a été importé."
    ),
    Message.ARCHIVE_PICTURE_TOO_LARGE: (
        "Une image de cette archive est trop grande, donc rien n’a été importé."
    ),
    Message.ARCHIVE_PICTURE_FOREIGN: (
        "Une image de cette archive n’a pas été créée par Vois, donc rien n’a été importé."
    ),
    Message.ARCHIVE_FILES_FOREIGN: (
        "Cette archive contient des fichiers que Vois n’exporte pas, donc rien n’a été importé."
    ),
    Message.ARCHIVE_FOREIGN: (
        "Ce fichier n’est pas une archive exportée par Vois. Choisissez le fichier zip que vous "
        "avez exporté."
    ),
    Message.ARCHIVE_DAMAGED: (
        "Cette archive est abîmée ou incomplète, donc rien n’a été importé. Copiez-la de nouveau."
    ),
    Message.ARCHIVE_TOO_LARGE: (
        "Cette archive est trop volumineuse une fois décompressée, donc rien n’a été importé."
    ),
    Message.ARCHIVE_LINKS: (
        "Cette archive contient des liens vers d’autres fichiers, donc rien n’a été importé."
    ),
    Message.ARCHIVE_PATHS_OUTSIDE: (
        "Cette archive contient des fichiers qui mènent hors d’elle, donc rien n’a été importé."
    ),
    Message.ARCHIVE_NEWER: (
        "Cette archive vient d’une version plus récente de Vois. Installez cette version pour "
        "l’importer."
    ),
    Message.ARCHIVE_ENCRYPTED: (
        "Cette archive est protégée par un mot de passe, donc rien n’a été importé. Exportez-la "
        "sans mot de passe."
    ),
    # Voices; most of these are only logged.
    Message.ESPEAK_LANGUAGE_UNSUPPORTED: "Cette voix ne parle qu’anglais et français.",
    Message.ESPEAK_MISSING: "La voix eSpeak n’est pas installée, ou elle est abîmée.",
    Message.ESPEAK_FAILED: "Cette voix n’a pas pu lire le texte.",
    Message.VOICE_AUDIO_UNREADABLE: "La voix n’a rien envoyé qui puisse être joué.",
    Message.ONLINE_VOICE_PAUSE_REQUESTED: "La voix en ligne demande une pause.",
    Message.ONLINE_VOICE_SUSPENDED: "La voix en ligne est en pause après une erreur.",
    Message.ONLINE_VOICE_BUSY: "La voix en ligne est encore occupée par des textes précédents.",
    Message.ONLINE_VOICE_UNAVAILABLE: "La voix en ligne ne peut pas être sollicitée maintenant.",
    Message.ONLINE_VOICE_TIMEOUT: "La voix en ligne n’a pas répondu à temps.",
    Message.SYSTEM_VOICE_LANGUAGE_UNSUPPORTED: (
        "La voix du système ne parle qu’anglais et français."
    ),
    Message.SYSTEM_VOICE_MISSING: "Le système n’a pas de voix pour cette langue.",
    Message.SYSTEM_VOICE_NOT_STARTED: "La voix du système n’a pas pu être lancée.",
    Message.SYSTEM_VOICE_NO_SOUND: "La voix du système n’a produit aucun son.",
    Message.VOICE_SOUND_INVALID: "La voix n’a produit aucun son qui puisse être joué.",
    Message.VOICE_SILENT: "La voix n’a produit que du silence.",
    Message.NO_SOUNDS_TO_JOIN: "Il n’y a aucun son à assembler.",
    Message.TEXT_TOO_LONG: (
        "Ce texte est trop long pour être lu à voix haute\u00a0: {most} lettres au plus."
    ),
    Message.TEXT_EMPTY: "Il n’y a rien à dire.",
    Message.ONLINE_VOICE_ACCENT_UNSUPPORTED: "La voix en ligne n’a pas cet accent.",
    Message.ONLINE_VOICE_LANGUAGE_UNSUPPORTED: "La voix en ligne ne parle pas cette langue.",
    Message.ONLINE_VOICE_TEXT_TOO_LONG: "Ce texte est trop long pour la voix en ligne.",
    Message.ONLINE_VOICE_UNREACHABLE: "La voix en ligne est injoignable.",
    Message.ONLINE_VOICE_AUDIO_UNREADABLE: "La voix en ligne n’a rien envoyé qui puisse être joué.",
    Message.OFFLINE_VOICE_LANGUAGE_UNSUPPORTED: "La voix hors ligne ne parle qu’anglais.",
    Message.OFFLINE_VOICE_FAILED: "La voix hors ligne n’a pas pu lire ce texte.",
}
