"""The page's sentences in French.

A no-break space stands before : ; ? ! and inside « », as French typography requires; the
voices read it as an ordinary space.
"""

from __future__ import annotations

from pipeline import languages
from pipeline.phrases.base import Phrases
from pipeline.phrases.french_errors import ERRORS

FRENCH = Phrases(
    language=languages.FRENCH,
    name="Français",
    errors=ERRORS,
    tagline="Écoutez ce que montre la caméra ou une photo.",
    about="À propos de Vois",
    what_it_is="Vois décrit en une phrase, à voix haute, ce que montre la caméra ou une photo.",
    what_leaves=(
        "Rien ne quitte cet ordinateur\u00a0: les photos, les mots et le son y sont créés "
        "et y restent."
    ),
    what_leaves_online=(
        "Vos photos restent sur cet ordinateur\u00a0; les mots de chaque description sont envoyés "
        "à Google, qui les lit à voix haute."
    ),
    what_leaves_asked=(
        "Mais une photo sur laquelle vous interrogez {model} est envoyée à {host}, après que vous "
        "avez dit oui."
    ),
    not_for_safety=(
        "Vois peut se tromper\u00a0: ne vous y fiez jamais pour votre sécurité, par exemple pour "
        "traverser une rue ou prendre un médicament."
    ),
    safety="Vois peut se tromper. Ne vous y fiez jamais pour votre sécurité.",
    other_language=(
        "Les descriptions sont en anglais\u00a0: ce modèle ne parle pas encore français."
    ),
    no_voice=(
        "Aucune voix de cet ordinateur ne parle français\u00a0: il n’y a que le texte. Faites "
        "installer requirements.txt de nouveau."
    ),
    processor_failed=(
        "Le processeur rapide de cet ordinateur est tombé en panne\u00a0: les descriptions "
        "prennent un peu plus de temps. Redémarrez Vois pour l’essayer de nouveau."
    ),
    runs_accelerated="Les photos sont calculées par {provider}.",
    runs_8bit=(
        "Les photos sont calculées par le processeur, en 8\u00a0bits\u00a0: c’est le plus rapide "
        "sur cet ordinateur."
    ),
    runs_float="Les photos sont calculées par le processeur, en pleine précision.",
    runs_why="Constaté\u00a0: {why}.",
    loading="Préparation en cours.",
    ready="Prêt. Choisissez une photo pour entendre ce qu’elle montre.",
    describing="Description de la photo en cours.",
    describing_one_of="Description de la photo {number} sur {count} en cours.",
    perhaps="Peut-être\u00a0: {text}",
    unknown="Je n’arrive pas à dire ce que montre cette image.",
    unknown_but=(
        "Je n’arrive pas à dire ce que montre cette image. Peut-être quelque chose avec\u00a0: "
        "{words}."
    ),
    unknown_recognised=("Je ne peux pas décrire toute l’image. Je reconnais\u00a0: {names}."),
    recognised="Je reconnais\u00a0: {names}.",
    also="Il y a aussi\u00a0: {names}.",
    listed="{first} et {last}",
    number_two="deux {things}",
    number_three="trois {things}",
    number_several="plusieurs {things}",
    on_the_left="{thing} à gauche",
    on_the_right="{thing} à droite",
    says="On y lit\u00a0:",
    reads_like="quelque chose comme {text}",
    document="C’est une page de texte.",
    only_text="Il y a du texte sur cette image.",
    numbered="Photo {number}\u00a0: {text}",
    nothing_yet="Il n’y a encore rien à répéter.",
    more_other="Ou bien\u00a0: {text}",
    more_confidence="Une telle description est juste environ {right} fois sur 10.",
    more_unsure="Rien d’autre n’est assez sûr pour être dit.",
    nothing_more="Il n’y a rien de plus à en dire.",
    muted=("La voix est coupée. Choisissez Rétablir la voix ({keys}M) pour l’entendre."),
    unmuted="La voix est rétablie.",
    pace="Vitesse {rate}.",
    pace_normal="Vitesse normale.",
    sound_blocked="Votre navigateur attend un geste de votre part avant de jouer le son.",
    sound_lost="Le son n’est pas arrivé.",
    connection_lost=(
        "Vois ne répond plus. S’il a été fermé, redémarrez-le\u00a0: cette page reprendra "
        "d’elle-même."
    ),
    connection_waits=(
        "Votre choix attend ici et partira dès que Vois répondra. Gardez cette page ouverte."
    ),
    connection_back="Vois répond de nouveau.",
    guidance_dark=(
        "Il fait trop sombre pour voir. Allumez une lampe et vérifiez que rien ne couvre la caméra."
    ),
    guidance_bright=(
        "Il y a trop de lumière pour voir. Détournez la caméra de la source de lumière."
    ),
    guidance_blank=(
        "Il n’y a presque rien à voir. Vérifiez que rien ne couvre la caméra, ou reculez un peu."
    ),
    guidance_blurred="L’image est floue. Tenez la caméra immobile, ou reculez un peu.",
    guidance_file_dark="Cette image est presque noire. Essayez-en une plus claire.",
    guidance_file_bright="Cette image est presque blanche. Essayez-en une plus sombre.",
    guidance_file_blank="Il n’y a presque rien sur cette image.",
    guidance_file_blurred=(
        "Cette image est trop floue pour être décrite. Essayez-en une plus nette."
    ),
    incomplete=(
        "{text} Seulement {percent}\u00a0% de cette image sont là\u00a0: son fichier est incomplet."
    ),
    reading_no_text="Aucun texte en vue.",
    reading_left="Reculez\u00a0: le bord gauche est coupé.",
    reading_right="Reculez\u00a0: le bord droit est coupé.",
    reading_top="Reculez\u00a0: le haut est coupé.",
    reading_bottom="Reculez\u00a0: le bas est coupé.",
    reading_still="Ne bougez plus.",
    unknown_error="Un problème est survenu. Réessayez, ou essayez une autre photo.",
    too_large=(
        "{name} est un fichier trop volumineux. Choisissez une photo d’au plus {megabytes} "
        "mégaoctets."
    ),
    not_arrived="{name} n’est pas arrivé. Choisissez ce fichier de nouveau.",
    live="Caméra en direct",
    ready_live="Prêt. Lancez la caméra pour entendre ce qui se trouve devant elle.",
    camera_off="La caméra est arrêtée.",
    camera_asking=(
        "Votre navigateur demande peut-être si Vois peut utiliser la caméra. Choisissez Autoriser."
    ),
    camera_connecting="Connexion à la caméra.",
    camera_live="La caméra est en marche.",
    camera_paused=(
        "En pause. Choisissez Reprendre ({keys}P) pour continuer, ou Décrire maintenant "
        "({keys}D) pour entendre ce qui est là."
    ),
    camera_paused_reading=(
        "En pause. Choisissez Reprendre ({keys}P) pour continuer, ou Lire maintenant "
        "({keys}D) pour entendre ce qui est écrit."
    ),
    camera_covered=(
        "En pause\u00a0: l’objectif est couvert, ou il fait noir. Découvrez-le pour continuer."
    ),
    camera_lost="L’image s’est arrêtée. Vois attend le retour de la caméra.",
    camera_first="La caméra est en marche. Vois regarde.",
    camera_denied=(
        "Vois n’a pas le droit d’utiliser la caméra. Autorisez-la pour cette page dans les "
        "réglages du navigateur, puis relancez la caméra."
    ),
    camera_missing="Il n’y a pas de caméra. Branchez-en une, puis relancez la caméra.",
    camera_busy=(
        "La caméra ne démarre pas. Fermez les autres programmes qui l’utilisent, puis relancez-la."
    ),
    camera_unplugged="La caméra a été débranchée. Rebranchez-la pour continuer.",
    camera_insecure=(
        "Ce navigateur ne donne accès à la caméra qu’aux pages de cet ordinateur ou en HTTPS. "
        "Ouvrez la page de l’une de ces façons."
    ),
    camera_blocked=(
        "L’image en direct n’arrive pas jusqu’à Vois\u00a0: le navigateur ou le réseau la bloque. "
        "Vous pouvez prendre des photos une à une."
    ),
    camera_crowded=(
        "Vois décrit déjà autant de caméras que cet ordinateur le permet. Relancez la vôtre plus "
        "tard, ou choisissez une photo."
    ),
    camera_other=("La caméra que vous avez choisie n’est pas là. Vois utilise {name} à la place."),
    camera_start="Lancer la caméra",
    camera_stop="Arrêter la caméra",
    camera_pause="Mettre en pause",
    camera_resume="Reprendre",
    camera_choice="Caméra",
    camera_controls="Commandes de la caméra",
    camera_picture="L’image de la caméra",
    camera_frame="Connexion de la caméra, rien à lire",
    describe_now="Décrire maintenant",
    read="Lire",
    read_now="Lire maintenant",
    reading_begins=(
        "Vois lit ce qui est écrit. Choisissez Lire ({keys}R) de nouveau pour décrire."
    ),
    reading_ends="Vois décrit de nouveau.",
    photo="Photo",
    choose="Choisissez ou déposez des photos, d’au plus {megabytes} mégaoctets chacune",
    use_camera="Prendre une photo avec la caméra",
    take="Prenez une photo",
    other_photos="Prendre une photo, ou essayer un exemple",
    samples="Photos d’exemple",
    sample_astronaut="Astronaute",
    sample_cat="Chat",
    sample_coffee="Café",
    sample_flower="Fleur",
    sample_rocket="Fusée",
    sample_temple="Temple",
    unreadable="Photo qui n’a pas été décrite",
    photo_alt="La photo",
    photo_alt_number="Photo n° {number}",
    look="Montrer où il a regardé",
    look_hint=(
        "L’endroit que Vois a regardé pour choisir chaque mot est un indice, pas une raison\u00a0: "
        "il peut regarder au bon endroit et dire un mot faux."
    ),
    look_words="Où il a regardé, mot par mot",
    look_word="{word}\u00a0: {place}",
    look_word_again="{word} ({number})\u00a0: {place}",
    look_at="Photo, sombre sauf là où il a regardé pour «\u00a0{word}\u00a0»\u00a0: {place}",
    look_top_left="en haut à gauche",
    look_top_middle="en haut au milieu",
    look_top_right="en haut à droite",
    look_middle_left="au milieu à gauche",
    look_middle="au milieu",
    look_middle_right="au milieu à droite",
    look_bottom_left="en bas à gauche",
    look_bottom_middle="en bas au milieu",
    look_bottom_right="en bas à droite",
    look_everywhere="sur toute la photo",
    result="Description",
    controls="Voix",
    again="Répéter",
    more="En dire plus",
    stop="Arrêter la voix",
    read_on="Reprendre la lecture",
    mute="Couper la voix",
    unmute="Rétablir la voix",
    unlock="Jouer le son",
    volume="Volume",
    volume_now="Volume à {percent} pour cent.",
    spoken_offline="Dit par {voice}, sur cet ordinateur.",
    spoken_online="Dit par {voice}\u00a0: les mots lui ont été envoyés, pas l’image.",
    spoken_tone="Aucune voix n’a pu le dire\u00a0: il n’y a que le texte.",
    settings="Réglages",
    language_label="Langue / Language",
    speaker_label="Qui parle\u00a0?",
    speaker_reader="Mon lecteur d’écran",
    speaker_vois="Vois",
    speaker_both="Les deux",
    speaker_question=(
        "En haut de la page, choisissez qui parle\u00a0: votre lecteur d’écran, Vois, ou les deux."
    ),
    speaker_reader_chosen="Votre lecteur d’écran parle. Vois ne fait aucun bruit.",
    speaker_vois_chosen="Vois parle.",
    speaker_both_chosen="Votre lecteur d’écran et Vois parlent tous les deux.",
    alt_shift="Alt+Maj+",
    voice="Voix",
    voice_offline="Hors ligne seulement",
    voice_online="La meilleure disponible",
    voice_named="{voice}, sur cet ordinateur",
    voice_named_slow="{voice}, sur cet ordinateur\u00a0: naturelle, commence un peu plus tard",
    voice_named_fast="{voice}, sur cet ordinateur\u00a0: rapide, sonne comme une machine",
    voice_named_online="{voice}, en ligne",
    voice_online_note=(
        "«\u00a0La meilleure disponible\u00a0», comme toute voix dite en ligne, envoie le texte "
        "de chaque description, jamais la photo, à Google, qui le lit à voix haute. Sans réseau, "
        "une voix hors ligne prend le relais."
    ),
    pace_label="Vitesse de la voix",
    mute_label="Couper la voix",
    keys_label="Une lettre seule suffit (pas avec un lecteur d’écran)",
    keys_help=(
        "Touches\u00a0: A répète, E en dit plus, S arrête la voix, C reprend la lecture là où elle "
        "s’est arrêtée, M coupe la voix, L lance et arrête la caméra, D décrit maintenant, P met "
        "en pause, R lit ce qui est écrit au lieu de décrire, et D lit alors maintenant. Si un "
        "modèle plus fort a été trouvé, X lui demande plus de détails et Q lui pose votre "
        "question. Avec Alt et Maj, elles fonctionnent toujours\u00a0; avec Alt et Maj, les "
        "flèches changent la vitesse et le volume."
    ),
    form_label="Longueur des descriptions",
    form_auto="automatique",
    form_full="détaillée",
    form_short="courte",
    neutral_label="Formulation neutre pour les personnes",
    interval_label="En direct\u00a0: parler au plus toutes les",
    interval="{seconds} secondes",
    cover_help=(
        "Couvrez l’objectif de la caméra pendant deux secondes pour mettre en pause, et "
        "découvrez-le pour continuer."
    ),
    reset="Remettre ces réglages à zéro",
    reset_done="Les réglages sont comme au début.",
    privacy="Vie privée",
    keep_history="Garder un historique",
    keep_pictures="Y garder des vignettes",
    keep_days="Garder",
    keep_for_ever="jusqu’à ce que je le supprime",
    keep_one_day="pendant 1 jour",
    keep_so_long="pendant {days} jours",
    history_lies="Votre historique est enregistré sur cet ordinateur, dans {path}.",
    history_of_session=(
        "Votre historique est enregistré sur l’ordinateur qui sert cette page. Personne "
        "d’autre ne le voit. Ce qui date d’un jour est masqué, puis effacé un jour plus tard."
    ),
    history="Historique",
    history_off=(
        "L’historique ne peut pas être ouvert\u00a0: rien n’est gardé et rien ne peut être "
        "montré ici."
    ),
    history_item="{time}, {source}\u00a0: {text}",
    history_original="Avant la correction\u00a0: {text}",
    history_picture="Vignette de {time}",
    history_tools="Chercher, filtrer, exporter",
    history_search="Chercher dans l’historique",
    history_filters="Quelles descriptions",
    history_from="Source",
    history_all_sources="toutes",
    history_source_camera="caméra",
    history_source_upload="photo",
    history_source_api="programme",
    history_source_command_line="ligne de commande",
    history_source_model="{source}, un autre modèle\u00a0: {model}",
    history_day="Jour",
    history_reset="Tout afficher",
    history_count_none="Aucune description.",
    history_count_one="1 description.",
    history_count="{count} descriptions.",
    history_page="Page {number}.",
    history_pages="Pages de l’historique",
    history_newer="Plus récentes",
    history_older="Plus anciennes",
    history_no_newer="Il n’y a rien de plus récent.",
    history_no_older="Il n’y a rien de plus ancien.",
    history_play="Écouter",
    history_more="Autres actions",
    history_copy="Copier",
    history_copied="Copié.",
    history_not_copied="Votre navigateur n’a pas permis à Vois de copier ce texte.",
    history_correct="Corriger",
    history_words="Correction, vide pour revenir au texte d’origine",
    history_save="Enregistrer",
    history_cancel="Annuler",
    history_corrected="Enregistré.",
    history_delete="Supprimer",
    history_deleted=("Supprimé. «\u00a0Annuler la suppression\u00a0» fait revenir la description."),
    history_undo="Annuler la suppression",
    history_undone_one="1 description est revenue.",
    history_undone="{count} descriptions sont revenues.",
    history_no_undo="Il n’y a rien à annuler.",
    history_delete_all="Tout supprimer",
    history_delete_all_question=(
        "Supprimer toutes les descriptions, même celles qui ne sont pas affichées\u00a0?"
    ),
    history_delete_all_yes="Oui, tout supprimer",
    history_deleted_all=(
        "Toutes les descriptions sont supprimées. «\u00a0Annuler la suppression\u00a0» les "
        "fait revenir."
    ),
    history_export="Exporter",
    history_export_csv="Tableau (CSV)",
    history_export_json="Données (JSON)",
    history_export_zip="Tout, avec images et sons (zip)",
    history_not_exported=("L’exportation n’est pas arrivée. Rechargez la page, puis réessayez."),
    history_import="Importer",
    history_import_label="Importer un fichier zip exporté, d’au plus {megabytes} mégaoctets",
    history_importing="Importation en cours. Cela peut prendre un moment.",
    history_imported=(
        "Importation terminée. Nouvelles descriptions\u00a0: {added}\u00a0; déjà "
        "présentes\u00a0: {known}."
    ),
    history_import_type=(
        "{name} n’est pas un fichier zip. Choisissez le fichier zip que vous avez exporté."
    ),
    history_import_large=(
        "{name} dépasse {megabytes} mégaoctets et ne peut donc pas être importé."
    ),
    own_upload="Choisir des photos",
    own_upload_archive="Choisir un fichier zip",
    own_add="Ajouter des fichiers",
    own_remove="Retirer {name}",
    own_file="envoi de fichiers",
    own_limit="{megabytes} Mo par fichier",
    own_take="Prendre la photo",
    own_clear="Effacer la photo",
    own_open="Ouvrir",
    own_skip="Aller au contenu principal",
    own_ask="Cette page souhaite utiliser votre caméra.",
    own_learn="Comment autoriser l’accès (en anglais).",
    spoken_into="{file}\u00a0: {seconds} s, voix\u00a0: {voice}",
    left_out="Laissés de côté, cachés ou sans photo\u00a0: {names}.",
    left_out_more="Laissés de côté, cachés ou sans photo\u00a0: {names}, et {count} de plus.",
    interrupted="Arrêté.",
    send_photo=(
        "Envoyez une photo et je la décrirai. Je sais seulement décrire des photos et les lire."
    ),
    only_describes="Je sais seulement décrire des photos et lire ce qui y est écrit.",
    no_text_found="Je ne vois pas de texte sur cette image.",
    batch_progress="{done} photos sur {total}, {rate} par seconde, encore {left}",
    batch_resumed="Reprise\u00a0: {count} photos sont déjà décrites.",
    batch_left_out=(
        "Fichiers laissés de côté, cachés, sans photo ou dans un autre dossier\u00a0: {count}."
    ),
    batch_stopped="Arrêté. La même commande reprend à partir d’ici.",
    batch_done="{file}\u00a0: {count} photos, dont {failed} sans description",
    batch_corrected="{file}\u00a0: {count} corrections reprises",
    sidecar_kept=(
        "Textes non écrits, car la photo n’est plus là ou un autre texte porte leur nom\u00a0: "
        "{count}. Le premier\u00a0: {photo}."
    ),
    copies_missing=(
        "Sans copie avec leur texte, car ce n’est ni un JPEG ni un PNG, il y en a déjà un, ou un "
        "autre fichier porte leur nom\u00a0: {count}. La première\u00a0: {photo}."
    ),
    gallery_title="Descriptions de {count} photos",
    gallery_how=(
        "Corrigez les descriptions fausses, puis enregistrez les corrections à la fin de la page. "
        "La commande qui a fait cette page les reprend avec --apply."
    ),
    gallery_text="Description de {photo}",
    gallery_save="Enregistrer les corrections",
    gallery_saved="Enregistré\u00a0: {count} corrections.",
    other_title="Un modèle plus fort",
    other_look="Chercher un modèle plus fort",
    other_help=(
        "Cherche Ollama, LM Studio et llama.cpp sur cet ordinateur, et leur demande quels modèles "
        "ils ont. Une photo ne va à l’un d’eux que si vous choisissez Plus de détails ou Poser une "
        "question."
    ),
    other_help_at=(
        "Demande à {host} quels modèles il a. Une photo n’y va que si vous choisissez Plus de "
        "détails ou Poser une question."
    ),
    other_label="Qui répond à Plus de détails et à Poser une question",
    other_none="personne",
    other_named="{model}, sur cet ordinateur",
    other_named_at="{model}, chez {host} (la photo quitte cet ordinateur)",
    other_named_unsure="{name}\u00a0; il ne voit peut-être pas les photos",
    other_found=(
        "Trouvé\u00a0: {model}. Plus de détails et Poser une question sont maintenant à côté d’En "
        "dire plus. Ce modèle peut se tromper, lui aussi\u00a0: ne vous y fiez jamais pour votre "
        "sécurité."
    ),
    other_choose=(
        "Des modèles ont été trouvés, qui ne disent pas s’ils voient les photos. Choisissez-en un "
        "dans les réglages."
    ),
    other_asking="Question posée à {model}, sur cet ordinateur.",
    other_asking_at="Question posée à {model}, chez {host}.",
    other_still="{model} travaille encore.",
    other_stopped="L’autre modèle n’est plus interrogé.",
    other_says="Un autre modèle, {model}\u00a0:",
    other_cut="La réponse s’arrête ici.",
    detail="Plus de détails",
    question="Poser une question",
    question_label="Que voulez-vous savoir sur cette photo\u00a0?",
    question_send="Demander",
    question_close="Annuler",
    question_empty="Écrivez d’abord une question.",
    question_nothing="Il n’y a pas de photo sur laquelle poser une question.",
    consent=(
        "Pour interroger {model}, la photo quittera cet ordinateur pour {host}. L’envoyer\u00a0?"
    ),
    consent_yes="Oui, l’envoyer",
    consent_no="Non",
    consent_refused="La photo n’a pas été envoyée.",
    api_at="Vois répond aux programmes à l’adresse {address}. Ctrl-C l’arrête.",
)
