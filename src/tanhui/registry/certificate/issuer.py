"""Who signs this installation's certificates, by the key ring."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from tanhui.kernel.refusals import Invalid
from tanhui.registry.certificate import proofs
from tanhui.registry.certificate.credential import Issuer
from tanhui.registry.certificate.proofs import Proof, Sm2
from tanhui.registry.terms import city_terms
from tanhui.runtime.keys.algorithms import Algorithm

_KEY = "certificate"
# Only a device does SM2, so this key is in the ring only where the installation put one there.
_SM2_KEY = "certificate-sm2"


def issuer() -> Issuer:
    """The newest key that signs certificates. Refuses: `certificate_key_not_ed25519`."""
    public = settings.TANHUI.keys.public_key(_KEY)
    if public.algorithm is not Algorithm.ED25519:
        raise Invalid(
            "certificate_key_not_ed25519",
            zh="证书的签名密钥须为 Ed25519，而不是 {algorithm}；国密签名另用密钥 {other}。",
            en="Certificates are signed with Ed25519, not with {algorithm}; SM2 has its own key,"
            " {other}.",
            algorithm=public.algorithm.name,
            other=_SM2_KEY,
        )
    named = city_terms(settings.TANHUI.content_root)
    return Issuer(proofs.did_key(public.raw), named.name_zh, named.name_en)


def issuers() -> list[str]:
    """Every key that ever signed certificates here, as `did:key`, the oldest first."""
    return [
        proofs.did_key(public.raw)
        for public in settings.TANHUI.keys.public_keys(_KEY)
        if public.algorithm is Algorithm.ED25519
    ]


def secure(credential: Mapping[str, object], *, signer: Issuer, created: str) -> list[Proof]:
    """The signatures of a credential that names `signer`, the newest key, as its issuer."""
    keys = settings.TANHUI.keys
    return proofs.secure(
        credential,
        issuer=signer.did,
        created=created,
        sign=lambda message: keys.sign(_KEY, message).value,
        sm2=_sm2(),
    )


def _sm2() -> Sm2 | None:
    keys = settings.TANHUI.keys
    found = keys.public_keys(_SM2_KEY)
    if not found:
        return None
    newest = found[-1]
    return Sm2(newest.key_id, newest.raw, lambda message: keys.sign(_SM2_KEY, message).value)
