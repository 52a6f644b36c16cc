"""What stands on the drawn signs, labels, receipts, letters and screens, in English and French."""

from __future__ import annotations

from pipeline.languages import ENGLISH, FRENCH

SIGNS = {
    ENGLISH: (
        ("BAKERY", "Fresh bread every morning"),
        ("EMERGENCY EXIT", "Push bar to open"),
        ("NO PARKING", "Monday to Friday", "8 am to 6 pm"),
        ("CLOSED", "Back in 10 minutes"),
        ("Caution: wet floor",),
        ("PLATFORM 4", "Trains to the city centre"),
        ("Please keep dogs", "on a lead"),
        ("SALE", "Up to 50% off", "until 31 January"),
        ("Public library", "Open 9:30 to 18:00", "Closed on Sundays"),
        ("STAFF ONLY",),
        ("Lift out of order", "Please use the stairs"),
        ("Coffee £2.80", "Tea £2.20", "Hot chocolate £3.10"),
    ),
    FRENCH: (
        ("BOULANGERIE PÂTISSERIE", "Pain frais chaque matin"),
        ("SORTIE DE SECOURS", "Fermé à 19 h"),
        ("STATIONNEMENT INTERDIT", "du lundi au vendredi", "de 8 h à 18 h"),
        ("FERMÉ", "Retour dans 10 minutes"),
        ("Attention : sol glissant",),
        ("VOIE 4", "Trains vers le centre-ville"),
        ("Prière de tenir", "les chiens en laisse"),
        ("SOLDES", "Jusqu'à -50 %", "jusqu'au 31 janvier"),
        ("Bibliothèque municipale", "Ouverte de 9 h 30 à 18 h", "Fermée le dimanche"),
        ("RÉSERVÉ AU PERSONNEL",),
        ("Ascenseur en panne", "Veuillez prendre l'escalier"),
        ("Café 2,80 €", "Thé 2,20 €", "Chocolat chaud 3,10 €"),
    ),
}
LABELS = {
    ENGLISH: (
        ("Strawberry jam", "Ingredients: strawberries, sugar,", "lemon juice, pectin.",
         "Net weight 370 g", "Best before 12/2027"),
        ("Paracetamol 500 mg", "Take one or two tablets", "every 4 to 6 hours.",
         "Do not take more than 8 a day.", "Keep out of reach of children."),
        ("Whole milk", "Keep in the fridge below 5 °C.", "Once opened, use within 3 days.",
         "1 litre"),
        ("Tomato soup", "Serves 2", "Heat gently for 4 minutes.", "Do not boil."),
        ("Wool jumper, size M", "80% wool, 20% nylon", "Wash at 30 °C", "Made in Portugal"),
    ),
    FRENCH: (
        ("Confiture de fraises", "Ingrédients : fraises, sucre,", "jus de citron, pectine.",
         "Poids net 370 g", "À consommer avant le 12/2027"),
        ("Paracétamol 500 mg", "Prendre un ou deux comprimés", "toutes les 4 à 6 heures.",
         "Ne pas dépasser 8 par jour.", "Tenir hors de portée des enfants."),
        ("Lait entier", "À conserver au frais, sous 5 °C.", "Ouvert, à boire sous 3 jours.",
         "1 litre"),
        ("Soupe à la tomate", "Pour 2 personnes", "Réchauffer 4 minutes à feu doux.",
         "Ne pas faire bouillir."),
        ("Pull en laine, taille M", "80 % laine, 20 % nylon", "Laver à 30 °C",
         "Fabriqué au Portugal"),
    ),
}  # fmt: skip
GOODS = {
    ENGLISH: ("Brown bread", "Milk 1 L", "Butter 250 g", "Free-range eggs", "Apples 1 kg",
              "Green tea", "Olive oil", "Dark chocolate", "Carrots", "Orange juice", "Rice 500 g"),
    FRENCH: ("Pain complet", "Lait 1 L", "Beurre 250 g", "Fromage de chèvre", "Pommes 1 kg",
             "Thé vert", "Huile d'olive", "Chocolat noir", "Carottes", "Jus d'orange",
             "Riz 500 g"),
}  # fmt: skip
SHOPS = {
    ENGLISH: ("CORNER SHOP", "12 Mill Lane", "Total", "Card", "Thank you for your visit"),
    FRENCH: ("ÉPICERIE DU COIN", "12 rue du Moulin", "Total", "Carte", "Merci de votre visite"),
}
TITLES = {
    ENGLISH: ("Your appointment", "Works in your street", "Summer opening hours",
              "Notice to residents", "Your new contract"),
    FRENCH: ("Votre rendez-vous", "Travaux dans votre rue", "Horaires d'été",
             "Avis aux habitants", "Votre nouveau contrat"),
}  # fmt: skip
SENTENCES = {
    ENGLISH: (
        "We are writing to confirm your appointment on Tuesday at half past two.",
        "Please bring your letter, your card and a list of your medicines.",
        "If you cannot come, call us at least one day before on 020 7946 0018.",
        "The entrance is on the left of the main building, behind the fountain.",
        "From the first of June the road will be closed between the bridge and the school.",
        "Buses will stop in front of the town hall while the works go on.",
        "We apologise for the noise and thank you for your patience.",
        "You can write to us at info@example.org or visit www.example.org.",
        "The water will be turned off on Thursday from nine in the morning until noon.",
        "Your contract begins on 1 March and can be ended every month.",
        "The monthly price is £24.90, and nothing is due before the first delivery.",
        "Children under twelve must be with an adult at all times.",
        "The garden is open every day but Monday, and dogs are welcome on a lead.",
        "Keep this letter: it has the number that we shall ask you for.",
        "Our office is on the second floor, and the lift is on your right.",
    ),
    FRENCH: (
        "Nous vous confirmons votre rendez-vous du mardi à quatorze heures trente.",
        "Merci d'apporter ce courrier, votre carte et la liste de vos médicaments.",
        "En cas d'empêchement, appelez-nous au moins un jour avant au 01 99 00 12 34.",
        "L'entrée se trouve à gauche du bâtiment principal, derrière la fontaine.",
        "À partir du premier juin, la rue sera fermée entre le pont et l'école.",
        "Les bus s'arrêteront devant la mairie pendant la durée des travaux.",
        "Nous vous prions d'excuser le bruit et vous remercions de votre patience.",
        "Vous pouvez nous écrire à info@exemple.fr ou consulter www.exemple.fr.",
        "L'eau sera coupée jeudi de neuf heures du matin jusqu'à midi.",
        "Votre contrat commence le 1er mars et peut être résilié chaque mois.",
        "Le prix mensuel est de 24,90 €, et rien n'est dû avant la première livraison.",
        "Les enfants de moins de douze ans doivent être accompagnés d'un adulte.",
        "Le jardin est ouvert tous les jours sauf le lundi, et les chiens y sont admis.",
        "Gardez cette lettre : elle porte le numéro que nous vous demanderons.",
        "Notre bureau est au deuxième étage, et l'ascenseur est à votre droite.",
    ),
}
SCREENS = {
    ENGLISH: (
        ("Settings", "Wi-Fi: connected", "Bluetooth: off", "Battery: 64%", "Brightness",
         "Notifications", "About this phone"),
        ("Update available", "Version 4.2 is ready to install.", "Restart now", "Remind me later"),
        ("Departures", "09:12 Brighton 3", "09:25 Oxford 1", "09:40 Cambridge 7"),
        ("Wrong password", "Try again in 30 seconds.", "Forgot your password?", "Cancel"),
    ),
    FRENCH: (
        ("Réglages", "Wi-Fi : connecté", "Bluetooth : désactivé", "Batterie : 64 %", "Luminosité",
         "Notifications", "À propos du téléphone"),
        ("Mise à jour disponible", "La version 4.2 est prête.", "Redémarrer maintenant",
         "Me le rappeler plus tard"),
        ("Départs", "09:12 Orléans 3", "09:25 Besançon 1", "09:40 Nîmes 7"),
        ("Mot de passe erroné", "Réessayez dans 30 secondes.", "Mot de passe oublié ?", "Annuler"),
    ),
}  # fmt: skip
