"""50 captions in each language, of the kind the model writes, made up for measuring voices."""

ENGLISH = """\
A black dog runs along the beach with a stick.
Two young men play football in the rain.
A girl in a pink dress jumps over a puddle.
An old man sits on a bench and reads a newspaper.
A small child climbs up a wooden ladder.
Three women walk down a crowded street.
A brown horse stands behind a white fence.
A man in a red jacket skis down a steep hill.
Two dogs fight over a yellow ball on the grass.
A boy with wet hair swims in a blue pool.
A woman holds an umbrella in front of a shop window.
People wait at a bus stop on a grey morning.
A cyclist rides through the mud in the forest.
A baby laughs while her father washes the car.
A white cat sleeps on a pile of books.
Children throw snow at each other in the park.
A surfer falls off his board into a big wave.
A man plays the guitar on the steps of a church.
A lady in a green hat feeds the birds.
Two boys build a castle out of sand.
A large group of people dances around a fire.
A dog with long ears catches a disc in the air.
A climber hangs from a rope above the valley.
A young woman drinks coffee at a small table.
A boat with a red sail crosses the lake.
A man carries a heavy box up the stairs.
Four friends have lunch under a tall tree.
A skater slides down the rail of a bridge.
A girl with braids blows out the candles on a cake.
A tall player throws the ball into the basket.
A farmer drives an old tractor across the field.
A toddler in a striped shirt splashes in the fountain.
A grey bird lands on the roof of a house.
A couple walks hand in hand at sunset.
A man with a beard looks through a telescope.
Two horses pull a cart along a dusty road.
A waiter brings plates of food to the guests.
A puppy chews on a brown leather shoe.
A woman in a long coat takes a photo of the tower.
A crowd cheers as the runner reaches the finish.
A boy hides behind a curtain and smiles.
A fisherman repairs his net beside the harbour.
A little girl pushes a doll in a pram.
A motorcycle jumps over a ramp in a stadium.
Two children share an ice cream on the pavement.
A dog shakes the water out of its fur.
A man in an orange vest digs a hole in the road.
A woman rows a narrow boat up the river.
An empty chair stands next to an open door.
A bride and a groom cut the wedding cake.
""".splitlines()

FRENCH = """\
Un chien noir court sur la plage avec un bâton.
Deux jeunes hommes jouent au football sous la pluie.
Une fille en robe rose saute par-dessus une flaque.
Un vieil homme lit un journal sur un banc.
Un petit enfant grimpe à une échelle en bois.
Trois femmes marchent dans une rue pleine de monde.
Un cheval brun se tient derrière une barrière blanche.
Un homme en veste rouge descend la pente à ski.
Deux chiens se disputent une balle jaune dans l'herbe.
Un garçon aux cheveux mouillés nage dans la piscine.
Une femme tient un parapluie devant une vitrine.
Des gens attendent le bus un matin d'hiver.
Un cycliste roule dans la boue de la forêt.
Un bébé rit pendant que son père lave la voiture.
Un chat blanc dort sur une pile de livres.
Des enfants se lancent de la neige dans le parc.
Un surfeur tombe de sa planche dans une grande vague.
Un homme joue de la guitare devant une église.
Une dame au chapeau vert donne à manger aux oiseaux.
Deux garçons construisent un château de sable.
Un grand groupe danse autour du feu.
Un chien aux longues oreilles attrape un disque.
Un grimpeur est suspendu à une corde.
Une jeune femme boit un café à une petite table.
Un bateau à voile rouge traverse le lac.
Un homme monte une lourde caisse dans l'escalier.
Quatre amis déjeunent sous un grand arbre.
Une fille souffle les bougies d'un gâteau.
Un grand joueur lance le ballon dans le panier.
Un paysan conduit un vieux tracteur dans le champ.
Un enfant en chemise rayée joue dans la fontaine.
Un oiseau gris se pose sur le toit d'une maison.
Un couple se promène main dans la main.
Un homme barbu regarde dans un télescope.
Deux chevaux tirent une charrette sur la route.
Un serveur apporte des assiettes aux clients.
Un chiot mâche une chaussure en cuir.
Une femme en long manteau photographie la tour.
La foule applaudit le coureur à l'arrivée.
Un garçon se cache derrière un rideau et sourit.
Un pêcheur répare son filet près du port.
Une petite fille pousse une poupée dans un landau.
Deux enfants partagent une glace sur le trottoir.
Un chien secoue l'eau de son pelage.
Un homme en gilet orange creuse un trou dans la rue.
Une femme rame dans une barque étroite sur la rivière.
Une chaise vide se trouve à côté d'une porte ouverte.
Les mariés coupent le gâteau de mariage.
Une moto saute par-dessus un tremplin dans un stade.
Un homme en costume parle au téléphone.
""".splitlines()
