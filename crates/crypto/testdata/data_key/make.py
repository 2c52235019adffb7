"""Makes the files beside it: `pip install cryptography`. The key is for tests alone."""
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

here = Path(__file__).parent
key = rsa.generate_private_key(public_exponent=65537, key_size=4096)
(here / "private.der").write_bytes(
    key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
)
for name, algorithm in [("password.oaep", hashes.SHA512()), ("password.oaep-sha256", hashes.SHA256())]:
    oaep = padding.OAEP(mgf=padding.MGF1(algorithm=algorithm), algorithm=algorithm, label=None)
    (here / name).write_bytes(key.public_key().encrypt(b"Your_secure_pa$$w0rd", oaep))
(here / "public.pem").write_bytes(
    key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
)
