"""A demo shop of any size: what it invents is like what it has, and the same for the same seed."""

import pytest

from studio.rehearsal import shop_catalogue
from studio.rehearsal.shop_invented import with_products
from studio.rehearsal.shop_server import options_from

FILE = shop_catalogue.read(shop_catalogue.FOLDER)


def test_a_shop_has_as_many_products_as_was_asked_for_each_by_itself():
    large = with_products(FILE, 1_000, 7)
    assert len({p.id for p in large.products}) == 1_000
    assert large.products[: len(FILE.products)] == FILE.products
    variants = [v for p in large.products for v in p.variants]
    assert (
        len({v.id for v in variants}) == len({v.sku for v in variants}) == len({v.barcode for v in variants})
    )
    assert len(variants) > 3_000
    assert all(v.price_minor > 0 and (v.lowest_30d_minor or 0) <= v.price_minor for v in variants[981:])
    assert with_products(FILE, 5, 7).products == FILE.products[:5]


def test_the_same_seed_invents_the_same_and_another_does_not():
    assert with_products(FILE, 400, 7) == with_products(FILE, 400, 7)
    assert with_products(FILE, 400, 7) != with_products(FILE, 400, 8)


def test_every_barcode_is_one_that_a_scanner_reads():
    for product in with_products(FILE, 300, 1).products[250:]:
        for variant in product.variants:
            digits = [int(digit) for digit in variant.barcode]
            assert len(digits) == 13
            assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_a_number_of_products_that_no_shop_has_is_refused(capsys: pytest.CaptureFixture[str]):
    assert options_from(["--data", "x", "--products", "12"]).products == 12
    with pytest.raises(SystemExit):
        options_from(["--data", "x", "--products", "0"])
    assert "--products must be from 1 to 200,000" in capsys.readouterr().err
