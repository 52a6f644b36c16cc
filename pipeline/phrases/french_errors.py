"""The French sentence of each error message."""

from __future__ import annotations

from pipeline.errors import ErrorCode

ERRORS = {
    # Photos.
    ErrorCode.PHOTO_EMPTY: "Ce fichier est vide. Choisissez-en un autre.",
    ErrorCode.PHOTO_TOO_LARGE: (
        "Cette image est trop grande pour être ouverte sans risque. Enregistrez-en une copie plus "
        "petite et essayez avec celle-ci."
    ),
    ErrorCode.PHOTO_TOO_SMALL: (
        "Cette image est trop petite pour être décrite. Essayez une copie plus grande."
    ),
    ErrorCode.PHOTO_FORMAT_UNKNOWN: (
        "Ce fichier n’est pas une image que Vois sait lire. Essayez une photo JPEG ou PNG."
    ),
    ErrorCode.PHOTO_VIDEO: (
        "Ce fichier est une vidéo, et Vois décrit des photos. Choisissez plutôt une photo."
    ),
    ErrorCode.PHOTO_DAMAGED: (
        "Cette image est incomplète ou abîmée. Copiez-la de nouveau depuis son emplacement "
        "d’origine."
    ),
    ErrorCode.PHOTO_NOT_OPENED: "Le fichier {name} ne peut pas être ouvert.",
    ErrorCode.PHOTO_NOT_A_FILE: (
        "{name} n’est ni un fichier ni un dossier et ne peut donc pas être décrit."
    ),
    ErrorCode.FOLDER_WITHOUT_PHOTO: "Il n’y a aucune photo dans ce dossier.",
    # The command line.
    ErrorCode.OUTPUT_NOT_WRITTEN: (
        "Les descriptions n’ont pas pu être écrites. Vérifiez qu’il reste de la place sur le "
        "disque."
    ),
    ErrorCode.PROGRAM_NOT_LOADED: (
        "Vois ne peut pas démarrer\u00a0: {what} manque, est endommagé ou ne trouve pas assez de "
        "mémoire. Faites réinstaller requirements.txt, ou fermez d’autres programmes."
    ),
    ErrorCode.RATE_OUT_OF_RANGE: (
        "Le débit de la voix est un nombre compris entre {slowest} et {fastest}."
    ),
    ErrorCode.VOICE_UNKNOWN: (
        "Aucune voix ne s’appelle {name}. Voix de cet ordinateur\u00a0: {names}. Avec --online, "
        "celles de Google aussi."
    ),
    ErrorCode.SOUND_NAME: (
        "Le son est un fichier WAV\u00a0: choisissez un nom qui finit par .wav au lieu de {name}."
    ),
    ErrorCode.SOUND_IS_INPUT: (
        "{name} fait partie des fichiers à décrire et n’est donc pas remplacé. Choisissez un autre "
        "nom pour le son."
    ),
    ErrorCode.SOUND_WOULD_REPLACE: (
        "{name} existe et n’est pas un fichier WAV, il n’est donc pas remplacé. Choisissez un "
        "autre nom pour le son."
    ),
    ErrorCode.SOUND_FOLDER_MISSING: (
        "Il n’y a pas de dossier {folder} pour le son. Créez-le d’abord, ou choisissez-en un autre."
    ),
    ErrorCode.SOUND_NOT_WRITTEN: (
        "Le son {name} ne peut pas être enregistré. Vérifiez que vous avez le droit d’y écrire et "
        "qu’il reste de la place sur le disque."
    ),
    # Tables of archives.
    ErrorCode.TABLE_NAME: (
        "Le tableau est un fichier CSV, des lignes JSON ou du Parquet\u00a0: choisissez un nom qui "
        "finit par .csv, .jsonl ou .parquet au lieu de {name}."
    ),
    ErrorCode.TABLE_FOLDER_MISSING: (
        "Il n’y a pas de dossier {folder} pour le tableau. Créez-le d’abord, ou choisissez-en un "
        "autre."
    ),
    ErrorCode.TABLE_EXISTS: (
        "{name} existe déjà et n’est donc pas remplacé. Choisissez un autre nom."
    ),
    ErrorCode.PAGE_NAME: (
        "La page est un fichier HTML\u00a0: choisissez un nom en .html au lieu de {name}."
    ),
    ErrorCode.PAGE_FOLDER_MISSING: (
        "Il n’y a pas de dossier {folder} pour la page. Créez-le d’abord, ou choisissez-en un "
        "autre."
    ),
    ErrorCode.PAGE_WOULD_REPLACE: (
        "{name} existe et n’est pas une page de Vois, il n’est donc pas remplacé. Choisissez un "
        "autre nom pour la page."
    ),
    ErrorCode.TABLE_BUSY: (
        "Un autre programme est en train d’écrire {name}. Attendez-le, ou choisissez un autre nom."
    ),
    ErrorCode.TABLE_NOT_WRITTEN: (
        "{name} ne peut pas être écrit. Vérifiez que vous avez le droit d’y écrire et qu’il reste "
        "de la place sur le disque."
    ),
    ErrorCode.TABLE_UNREADABLE: ("{name} ne peut pas être lu comme un tableau que Vois a écrit."),
    ErrorCode.CORRECTIONS_UNREADABLE: (
        "{name} ne contient pas de corrections enregistrées par une page de Vois."
    ),
    ErrorCode.CORRECTION_UNKNOWN: (
        "Le tableau n’a pas de photo {photo}\u00a0; aucune correction n’a été reprise."
    ),
    ErrorCode.TABLE_OF_OTHERS: (
        "{name} contient des descriptions d’un autre modèle, d’une autre langue ou d’une autre "
        "manière. Choisissez un autre nom."
    ),
    ErrorCode.STORAGE_NOT_OPENED: (
        "{name} ne peut pas être ouvert. Vérifiez l’adresse, et que cet ordinateur en a les clés."
    ),
    ErrorCode.RAY_MISSING: (
        "Pour travailler sur plusieurs ordinateurs, Vois a besoin de Ray\u00a0: pip install -r "
        "requirements-ray.txt. Sans --engine ray, il emploie tous les cœurs de celui-ci."
    ),
    ErrorCode.CLUSTER_NOT_REACHED: (
        "Il n’y a pas de grappe Ray à {address}. Lancez-la d’abord, avec ray start."
    ),
    # The HTTP API.
    ErrorCode.API_HOST_UNKNOWN: (
        "Vois ne répond pas sous le nom {host}. Utilisez 127.0.0.1, ou indiquez ce nom dans "
        "VOIS_API_HOSTS."
    ),
    ErrorCode.API_ORIGIN_REFUSED: (
        "Les pages de {origin} ne peuvent pas se servir de ce Vois. Si elles le doivent, "
        "indiquez-les dans VOIS_API_ORIGINS."
    ),
    ErrorCode.API_TOKEN_WRONG: (
        "Il faut ici le jeton avec lequel Vois a été lancé, en tant que «\u00a0bearer token\u00a0»."
    ),
    ErrorCode.API_ELSEWHERE: (
        "Ce Vois ne répond qu’aux programmes de son propre ordinateur. Pour d’autres, lancez-le "
        "avec un jeton dans VOIS_API_TOKEN."
    ),
    ErrorCode.API_TOKEN_MISSING: (
        "Pour répondre à d’autres ordinateurs sous {host}, Vois a besoin d’un jeton d’au moins "
        "{least} caractères dans VOIS_API_TOKEN."
    ),
    ErrorCode.API_PORT_TAKEN: (
        "Vois ne peut pas répondre à {host}, port {port}\u00a0: un autre programme le fait, ou "
        "Vois n’en a pas le droit."
    ),
    ErrorCode.API_BUSY: "Trop de demandes attendent. Réessayez dans {seconds} secondes.",
    ErrorCode.API_BODY_TOO_LARGE: (
        "Cette demande est trop grande\u00a0: {most} mégaoctets au plus."
    ),
    ErrorCode.API_BODY_SLOW: (
        "Cette demande arrivait trop lentement\u00a0: Vois ne l’a pas attendue. "
        "Envoyez-la de nouveau."
    ),
    ErrorCode.API_BODY_TYPE: (
        "Une demande du type {type} n’est pas comprise ici. Envoyez {expected}."
    ),
    ErrorCode.API_BODY_INVALID: "Cette demande ne peut pas être lue\u00a0: {why}.",
    ErrorCode.API_VALUE_WRONG: (
        "Une valeur de cette demande est fausse\u00a0: {field}\u00a0: {why}."
    ),
    ErrorCode.API_PHOTO_MISSING: "Il n’y a pas de photo dans cette demande.",
    ErrorCode.API_ADDRESS_NOT_FETCHED: (
        "Vois ne va chercher aucune image à une adresse. Envoyez l’image elle-même, sous forme "
        "d’URL «\u00a0data\u00a0»."
    ),
    ErrorCode.API_MODEL_UNKNOWN: ("Aucun modèle ne s’appelle {name} ici. Il y a {known}."),
    ErrorCode.API_NO_SUCH_PATH: "Il n’y a rien ici. La page /api dit ce qu’il y a.",
    ErrorCode.API_NO_SUCH_METHOD: "Cette adresse ne connaît pas la méthode {method}.",
    ErrorCode.API_FAILED: (
        "Un problème est survenu dans Vois. Réessayez, ou essayez une autre photo."
    ),
    ErrorCode.API_NO_VOICE: "Aucune voix de cet ordinateur n’a pu dire ce texte.",
    # The model.
    ErrorCode.MODEL_MISSING: (
        "Le modèle est introuvable\u00a0: il n’y a pas de {file} dans {folder}."
    ),
    ErrorCode.MODEL_FILE_MISSING: "Le modèle est introuvable\u00a0: il n’y a pas de {file}.",
    ErrorCode.MODEL_FILE_DAMAGED: "Le fichier {file} du modèle est abîmé. Réinstallez Vois.",
    ErrorCode.CONTRACT_UNREADABLE: "Le fichier {file} du modèle ne peut pas être lu.",
    ErrorCode.CONTRACT_OTHER_VERSION: (
        "Le fichier {file} du modèle ne convient pas à cette version de Vois."
    ),
    ErrorCode.CONTRACT_VALUE_WRONG: "Le fichier {file} du modèle contient une valeur incorrecte.",
    ErrorCode.CONTRACT_VALUE_OUT_OF_RANGE: (
        "Le fichier {file} du modèle contient une valeur hors limites."
    ),
    ErrorCode.MODEL_FILES_MISMATCHED: (
        "Les fichiers du modèle ne vont pas ensemble. Réinstallez Vois."
    ),
    ErrorCode.VOCABULARY_MISMATCHED: (
        "Le vocabulaire du modèle n’est pas celui avec lequel il a été entraîné."
    ),
    ErrorCode.LANGUAGE_NOT_LEARNED: "Le modèle ne parle pas la langue {code}.",
    ErrorCode.VOCABULARY_WITHOUT_SPECIAL_WORDS: (
        "Le fichier du vocabulaire est abîmé\u00a0: ses mots spéciaux manquent."
    ),
    ErrorCode.VOCABULARY_WORD_TWICE: (
        "Le fichier du vocabulaire est abîmé\u00a0: un mot s’y trouve deux fois."
    ),
    ErrorCode.VOCABULARY_UNREADABLE: "Le vocabulaire {file} ne peut pas être lu.",
    ErrorCode.VOCABULARY_NOT_A_LIST: "Le vocabulaire {file} n’est pas une liste de mots.",
    # The history.
    ErrorCode.HISTORY_FOREIGN: (
        "L’emplacement de l’historique est occupé par le fichier d’un autre programme, qui reste "
        "tel quel. Déplacez ce fichier, puis relancez Vois."
    ),
    ErrorCode.HISTORY_NEWER: (
        "L’historique vient d’une version plus récente de Vois et reste tel quel. Réinstallez "
        "cette version pour l’utiliser."
    ),
    ErrorCode.HISTORY_REPLACED: (
        "L’historique était abîmé\u00a0: un nouveau a été commencé. L’ancien est gardé sous le "
        "nom {name} dans le dossier {folder}."
    ),
    ErrorCode.HISTORY_DISK_FAILED: (
        "L’historique n’a pas pu être lu ou écrit. Vérifiez que son disque est branché et qu’il "
        "n’est pas plein."
    ),
    ErrorCode.HISTORY_FAILED: "L’historique n’a pas pu être lu ou écrit. Relancez Vois.",
    ErrorCode.HISTORY_DISK_FULL: (
        "Le disque est plein, donc l’historique n’a pas été modifié. Supprimez ce dont vous "
        "n’avez plus besoin."
    ),
    ErrorCode.HISTORY_NOT_WRITABLE: (
        "Vois ne peut pas écrire son historique dans {folder}. Vérifiez que le dossier existe et "
        "que vous avez le droit d’y écrire."
    ),
    ErrorCode.HISTORY_BUSY: (
        "Une autre fenêtre ou un autre programme utilise l’historique. Réessayez dans un instant."
    ),
    ErrorCode.HISTORY_OWNER_UNKNOWN: "L’historique ne sait pas à qui appartient cette description.",
    ErrorCode.HISTORY_ENTRY_MISSING: "Cette description n’est plus dans l’historique.",
    ErrorCode.HISTORY_OFF: (
        "L’historique est désactivé. Activez-le dans les réglages, puis recommencez l’importation."
    ),
    ErrorCode.HISTORY_TEXT_EMPTY: "Il n’y a aucun mot à garder dans l’historique.",
    ErrorCode.HISTORY_ENTRY_INVALID: (
        "Cette description ne peut pas être gardée\u00a0: elle contient une valeur non valide."
    ),
    ErrorCode.HISTORY_DAYS_OUT_OF_RANGE: "Choisissez un nombre de jours entre 1 et 36500.",
    # Exported archives.
    ErrorCode.SETTINGS_UNREADABLE: (
        "Vos réglages n’ont pas pu être lus\u00a0: ils sont comme au début. Ils se trouvent dans "
        "{path}."
    ),
    ErrorCode.SETTINGS_UNWRITABLE: (
        "Vos réglages n’ont pas pu être gardés dans {path}. Vérifiez que vous pouvez y écrire et "
        "qu’il reste de la place sur le disque."
    ),
    ErrorCode.EXPORT_FAILED: "L’exportation n’a pas pu être faite\u00a0: {kind}.",
    ErrorCode.EXPORT_NOT_WRITTEN: (
        "L’exportation n’a pas pu être écrite. Vérifiez qu’il reste de la place sur le disque, "
        "puis réessayez."
    ),
    ErrorCode.ARCHIVE_ENTRY_INVALID: (
        "Cette archive contient des données que Vois n’a pas écrites, donc rien n’a été importé."
    ),
    ErrorCode.ARCHIVE_PICTURE_TOO_LARGE: (
        "Une image de cette archive est trop grande, donc rien n’a été importé."
    ),
    ErrorCode.ARCHIVE_PICTURE_FOREIGN: (
        "Une image de cette archive n’a pas été créée par Vois, donc rien n’a été importé."
    ),
    ErrorCode.ARCHIVE_FILES_FOREIGN: (
        "Cette archive contient des fichiers que Vois n’exporte pas, donc rien n’a été importé."
    ),
    ErrorCode.ARCHIVE_PACKING_UNKNOWN: (
        "Cette archive est compressée d’une façon que Vois ne sait pas lire, donc rien n’a été "
        "importé. Compressez-la de nouveau en un fichier zip ordinaire."
    ),
    ErrorCode.ARCHIVE_FOREIGN: (
        "Ce fichier n’est pas une archive exportée par Vois. Choisissez le fichier zip que vous "
        "avez exporté."
    ),
    ErrorCode.ARCHIVE_DAMAGED: (
        "Cette archive est abîmée ou incomplète, donc rien n’a été importé. Copiez-la de nouveau."
    ),
    ErrorCode.ARCHIVE_TOO_LARGE: (
        "Cette archive est trop volumineuse une fois décompressée, donc rien n’a été importé."
    ),
    ErrorCode.ARCHIVE_LINKS: (
        "Cette archive contient des liens vers d’autres fichiers, donc rien n’a été importé."
    ),
    ErrorCode.ARCHIVE_PATHS_OUTSIDE: (
        "Cette archive contient des fichiers qui mènent hors d’elle, donc rien n’a été importé."
    ),
    ErrorCode.ARCHIVE_NEWER: (
        "Cette archive vient d’une version plus récente de Vois. Installez cette version pour "
        "l’importer."
    ),
    ErrorCode.ARCHIVE_ENCRYPTED: (
        "Cette archive est protégée par un mot de passe, donc rien n’a été importé. Exportez-la "
        "sans mot de passe."
    ),
    # Another model.
    ErrorCode.OTHER_MODEL_ADDRESS: (
        "{variable} n’est pas l’adresse d’un serveur de modèles. Il y faut quelque chose comme "
        "{example}."
    ),
    ErrorCode.OTHER_MODEL_NONE: (
        "Aucun autre modèle n’a été trouvé. Lancez Ollama, LM Studio ou llama.cpp sur cet "
        "ordinateur, puis cherchez de nouveau."
    ),
    ErrorCode.OTHER_MODEL_NONE_SEES: (
        "Aucun des modèles trouvés ne voit les photos. Installez-en un qui les voit, par exemple "
        "llava."
    ),
    ErrorCode.OTHER_MODEL_SILENT: "{server} ne répond pas. Vérifiez qu’il est en marche.",
    ErrorCode.OTHER_MODEL_SLOW: (
        "{server} n’a pas répondu à temps. Réessayez, ou choisissez un modèle plus petit."
    ),
    ErrorCode.OTHER_MODEL_UNREADABLE: ("{server} répond d’une façon que Vois ne comprend pas."),
    ErrorCode.OTHER_MODEL_MOVED: (
        "{server} renvoie Vois vers une autre adresse, où il ne va pas. La photo n’y a pas été "
        "envoyée."
    ),
    ErrorCode.OTHER_MODEL_CUT: "La réponse de {server} s’est interrompue.",
    ErrorCode.OTHER_MODEL_EMPTY: (
        "{model} n’a rien répondu. Demandez de nouveau, ou choisissez un autre modèle."
    ),
    ErrorCode.OTHER_MODEL_BLIND: (
        "{model} ne voit pas les photos. Choisissez un autre modèle dans les réglages."
    ),
    ErrorCode.OTHER_MODEL_MISSING: (
        "{server} n’a plus de modèle {model}. Cherchez de nouveau dans les réglages."
    ),
    ErrorCode.OTHER_MODEL_BUSY: "{server} est occupé. Réessayez dans un instant.",
    ErrorCode.OTHER_MODEL_KEY: "{server} demande une clé que Vois n’a pas.",
    ErrorCode.OTHER_MODEL_REFUSED: (
        "{server} n’a pas pu répondre. Réessayez, ou choisissez un autre modèle."
    ),
    # Voices; most of these are only logged.
    ErrorCode.ESPEAK_LANGUAGE_UNSUPPORTED: "Cette voix ne parle qu’anglais et français.",
    ErrorCode.ESPEAK_MISSING: "La voix eSpeak n’est pas installée, ou elle est abîmée.",
    ErrorCode.ESPEAK_FAILED: "Cette voix n’a pas pu lire le texte.",
    ErrorCode.KOKORO_LANGUAGE_UNSUPPORTED: "La voix naturelle ne parle qu’anglais et français.",
    ErrorCode.KOKORO_FAILED: "La voix naturelle n’a pas pu lire ce texte.",
    ErrorCode.VOICE_AUDIO_UNREADABLE: "La voix n’a rien envoyé qui puisse être joué.",
    ErrorCode.ONLINE_VOICE_PAUSE_REQUESTED: "La voix en ligne demande une pause.",
    ErrorCode.ONLINE_VOICE_SUSPENDED: "La voix en ligne est en pause après une erreur.",
    ErrorCode.ONLINE_VOICE_BUSY: "La voix en ligne est encore occupée par des textes précédents.",
    ErrorCode.ONLINE_VOICE_UNAVAILABLE: "La voix en ligne ne peut pas être sollicitée maintenant.",
    ErrorCode.ONLINE_VOICE_TIMEOUT: "La voix en ligne n’a pas répondu à temps.",
    ErrorCode.SYSTEM_VOICE_LANGUAGE_UNSUPPORTED: (
        "La voix du système ne parle qu’anglais et français."
    ),
    ErrorCode.SYSTEM_VOICE_MISSING: "Le système n’a pas de voix pour cette langue.",
    ErrorCode.SYSTEM_VOICE_NOT_STARTED: "La voix du système n’a pas pu être lancée.",
    ErrorCode.SYSTEM_VOICE_NO_SOUND: "La voix du système n’a produit aucun son.",
    ErrorCode.VOICE_SOUND_INVALID: "La voix n’a produit aucun son qui puisse être joué.",
    ErrorCode.VOICE_SILENT: "La voix n’a produit que du silence.",
    ErrorCode.NO_SOUNDS_TO_JOIN: "Il n’y a aucun son à assembler.",
    ErrorCode.TEXT_TOO_LONG: (
        "Ce texte est trop long pour être lu à voix haute\u00a0: {most} lettres au plus."
    ),
    ErrorCode.TEXT_EMPTY: "Il n’y a rien à dire.",
    ErrorCode.ONLINE_VOICE_ACCENT_UNSUPPORTED: "La voix en ligne n’a pas cet accent.",
    ErrorCode.ONLINE_VOICE_LANGUAGE_UNSUPPORTED: "La voix en ligne ne parle pas cette langue.",
    ErrorCode.ONLINE_VOICE_TEXT_TOO_LONG: "Ce texte est trop long pour la voix en ligne.",
    ErrorCode.ONLINE_VOICE_UNREACHABLE: "La voix en ligne est injoignable.",
    ErrorCode.ONLINE_VOICE_AUDIO_UNREADABLE: (
        "La voix en ligne n’a rien envoyé qui puisse être joué."
    ),
    ErrorCode.OFFLINE_VOICE_LANGUAGE_UNSUPPORTED: "La voix hors ligne ne parle qu’anglais.",
    ErrorCode.OFFLINE_VOICE_FAILED: "La voix hors ligne n’a pas pu lire ce texte.",
}
