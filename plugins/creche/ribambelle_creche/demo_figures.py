"""The figures the demonstration stands on; every name of a person or a crèche is invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """One quartier: crèches, places, inhabitants, and its centre in millionths of a degree."""

    name: str
    facilities: int
    places: int
    inhabitants: int
    latitude: int
    longitude: int


@dataclass(frozen=True, slots=True)
class Town:
    """What one commune of demonstration holds."""

    areas: tuple[Area, ...]
    families: int
    desks: tuple[str, ...] = ()


TOWNS = {
    "nantes": Town(
        (
            Area("Bellevue-Chantenay-Sainte-Anne", 10, 295, 25909, 47204000, -1594000),
            Area("Breil-Barberie", 9, 239, 26242, 47233000, -1580000),
            Area("Centre-ville", 9, 288, 28328, 47214000, -1556000),
            Area("Dervallières-Zola", 14, 360, 37169, 47219000, -1589000),
            Area("Doulon-Bottière", 11, 344, 35000, 47233000, -1513000),
            Area("Hauts-Pavés-Saint-Félix", 11, 387, 36778, 47229000, -1562000),
            Area("Malakoff-Saint-Donatien", 17, 622, 35291, 47222000, -1539000),
            Area("Nantes Erdre", 11, 338, 31426, 47258000, -1527000),
            Area("Nantes Nord", 7, 240, 26831, 47252000, -1566000),
            Area("Nantes Sud", 5, 160, 12313, 47190000, -1532000),
            Area("Île de Nantes", 8, 339, 18842, 47205000, -1552000),
        ),
        families=2000,
        desks=("Hôtel de ville", "Mairie annexe de Chantenay", "Mairie annexe de Doulon"),
    ),
    "saint-denis": Town(
        (
            Area("Centre-ville", 14, 372, 0, -20879000, 55448000),
            Area("Sainte-Clotilde", 13, 318, 0, -20902000, 55485000),
            Area("Le Chaudron", 10, 236, 0, -20896000, 55497000),
            Area("Bellepierre", 8, 196, 0, -20893000, 55440000),
            Area("Montgaillard", 7, 168, 0, -20906000, 55458000),
            Area("La Bretagne", 6, 142, 0, -20927000, 55499000),
            Area("La Montagne", 5, 120, 0, -20900000, 55412000),
            Area("Saint-François", 4, 104, 0, -20912000, 55446000),
        ),
        families=903,
        desks=("Hôtel de ville", "Mairie annexe du Chaudron"),
    ),
}

_OPENINGS = ("Les", "Au pays des", "La maison des", "Le jardin des", "L’île aux")
_THINGS = (
    "Lucioles Galets Farfadets Hirondelles Cerisiers Papillons Moussaillons Berlingots Coquillages "
    "Pommes Étoiles Nuages Tilleuls Violettes Grenouilles Écureuils Cigales Capucines Ricochets "
    "Trottinettes Tourbillons Marmousets Libellules Coccinelles Hérissons Mésanges Bambous "
    "Grillons Roseaux Pirouettes Marelles Cabrioles Pinsons Myrtilles Noisettes Comptines"
).split()
NAMES = [f"{opening} {thing}" for opening in _OPENINGS for thing in _THINGS]
FIRST_NAMES = (
    "Camille Noé Léa Adam Jeanne Malo Inès Gabriel Rose Issa Louise Sacha Nour Éliott Ambre Aaron "
    "Zoé Ilyès Romy Tom Anna Youssef Mila Arthur Lina Jules Sofia Victor Alma Naël Juliette Samuel"
).split()
LAST_NAMES = (
    "Martin,Le Goff,Haddad,Petit,Nguyen,Robert,Diallo,Richard,Moreau,Benali,Laurent,Payet,Hoarau,"
    "Garnier,Traoré,Roussel,Fontaine,Grondin,Belkacem,Étienne,Boyer,Rivière,Guérin,Da Silva,Cadiou"
).split(",")
