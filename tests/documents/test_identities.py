"""Which names are one person's."""

from app.documents.identities import identities, initials


def same(*names: str) -> bool:
    return len(set(identities(names).values())) == 1


def test_first_name_family_name_initials_and_accounts_are_one_person():
    assert same("Anna Kowalska", "Anna", "Kowalska", "A. Kowalska", "Anna K.", "KOWALSKA, Anna", "anna", "akowalska")
    assert same("anna.kowalska@example.org", "Anna Kowalska")


def test_accents_and_particles_make_no_other_person():
    assert same("Tadeáš Hruška", "Tadeas Hruska", "Hruška")
    assert same("Mieke van den Berg", "Mieke Berg")


def test_a_name_that_fits_two_people_is_kept_apart():
    numbers = identities(["Anna Kowalska", "Anna Berg", "Anna", "Berg"])

    assert numbers["Berg"] == numbers["Anna Berg"]
    assert len({numbers["Anna"], numbers["Anna Kowalska"], numbers["Anna Berg"]}) == 3


def test_two_people_with_one_first_name_stay_two():
    assert not same("Andrés F.", "Andrés M.")
    assert not same("Anna Kowalska", "Piotr Kowalska")


def test_people_are_numbered_in_the_order_in_which_they_appear():
    assert identities(["Li", "Tom", "Li Na", "Anna"]) == {"Li": 0, "Li Na": 0, "Tom": 1, "Anna": 2}


def test_no_two_people_share_initials():
    assert initials(["Anna Kowalska", "Li", "Kofi", "Kwame", "Kwesi"]) == ["A. K.", "L.", "Ko.", "Kw.", "Kw. 2"]


def test_initials_never_spell_the_whole_name():
    assert initials(["Bo", "Bea"]) == ["B.", "Be."]
