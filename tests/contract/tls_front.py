"""All the hosts of proxiML on 127.0.0.1, by TLS, before the local stand-in: for a client that has them built in."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

APP, API, COGNITO = "app.proximl.ai", "api.proximl.ai", "cognito-idp.us-east-1.amazonaws.com"
NOT_PASSED_ON = {"host", "connection", "content-length", "transfer-encoding", "server"}


class _Front(BaseHTTPRequestHandler):
    """Each request goes on to the stand-in, to where the host is there."""

    url: str

    def _pass_on(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        below = "/cognito" if host == COGNITO and self.command == "POST" else ""
        answer = requests.request(
            self.command,
            f"{self.url}{below}{self.path}",
            headers={name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON},
            data=self.rfile.read(int(self.headers.get("Content-Length", 0))),
            timeout=30,
        )
        self.send_response_only(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def do_PATCH(self) -> None:
        self._pass_on()

    def do_DELETE(self) -> None:
        self._pass_on()

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@contextmanager
def tls_front(url: str, folder: Path) -> Iterator[tuple[int, Path]]:
    """Its port, and the file of the authority that has signed its certificate."""
    authority, certificate = _certificates(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Front", (_Front,), {"url": url}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.server_port, authority
    finally:
        server.shutdown()
        server.server_close()


def _certificates(folder: Path) -> tuple[Path, Path]:
    """An authority of this hour, and what it has signed, with its key."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("test authority", API)]
    identifier = x509.SubjectKeyIdentifier.from_public_key(keys[0].public_key())
    signed = [
        _begun(names[0], names[0], keys[0])
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_use(key_cert_sign=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(keys[0], hashes.SHA256()),
        _begun(names[1], names[0], keys[1])
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in (APP, API, COGNITO)]), critical=False
        )
        .add_extension(_use(digital_signature=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(keys[0], hashes.SHA256()),
    ]
    authority, certificate = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(signed[0].public_bytes(serialization.Encoding.PEM))
    own = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate.write_bytes(signed[1].public_bytes(serialization.Encoding.PEM) + own)
    return authority, certificate


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
    )


def _use(**uses: bool) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{use: uses.get(use, False) for use in every})
