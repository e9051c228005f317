from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.public_key import public_key_from_der
from assay.encoding import decode_base64
from assay.statement.signers.pem import PemSigner

# The test vector of the DSSE specification, protocol.md, "Test Vectors".
TYPE = "http://example.com/HelloWorld"
BODY = b"hello world"
X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
D = 97358161215184420915383655311931858321456579547487070936769975997791359926199
SIGNATURE = (
    "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUj"
    "W2JIZA=="
)


def test_the_encoding_of_the_specification():
    assert pre_authentication_encoding(TYPE, BODY) == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_lengths_count_bytes_and_not_characters():
    assert pre_authentication_encoding("é", b"\xff\x00") == (
        b"DSSEv1 2 \xc3\xa9 2 \xff\x00"
    )
    assert pre_authentication_encoding("", b"") == b"DSSEv1 0  0 "


def test_the_signature_of_the_specification_verifies():
    raw = decode_base64(SIGNATURE, what="signature")
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    native = ec.EllipticCurvePublicNumbers(X, Y, ec.SECP256R1()).public_key()
    key = public_key_from_der(
        native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    message = pre_authentication_encoding(TYPE, BODY)
    key.verify(message, encode_dss_signature(r, s))


def test_signing_with_the_key_of_the_specification_gives_its_signature():
    private = ec.derive_private_key(D, ec.SECP256R1())
    der = private.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    signer = PemSigner(public_key=public_key_from_der(der), _native=private)
    raw = decode_base64(SIGNATURE, what="signature")
    expected = encode_dss_signature(
        int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    )
    assert signer.sign(pre_authentication_encoding(TYPE, BODY)) == expected
