"""Where this installation's log lies, who signs it, and whose eyes it needs."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from django.conf import settings

from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.publiclog.folder import LogFolder
from tanhui.runtime.keys.algorithms import Algorithm
from tanhui.tlog import policy as policies
from tanhui.tlog.encoding import Malformed
from tanhui.tlog.keys import NOTE, PublicKey, Signer
from tanhui.tlog.policy import Policy

_KEY = "log"


def folder() -> LogFolder:
    """The folder that is served."""
    return LogFolder(settings.TANHUI.var / "log")


def signer() -> Signer:
    """Whoever signs checkpoints, under the log's origin as its name.

    Refuses: `log_key_not_ed25519`.
    """
    public = settings.TANHUI.keys.public_key(_KEY)
    if public.algorithm is not Algorithm.ED25519:
        raise Invalid(
            "log_key_not_ed25519",
            zh="公开日志的签名密钥须为 Ed25519，而不是 {algorithm}。",
            en="The public log signs with Ed25519, not with {algorithm}.",
            algorithm=public.algorithm.name,
        )
    key = PublicKey(settings.TANHUI.log_origin, NOTE, public.raw)
    return Signer(key, lambda message: settings.TANHUI.keys.sign(_KEY, message).value)


def log_keys() -> list[PublicKey]:
    """Every key that ever signed this log."""
    return [
        PublicKey(settings.TANHUI.log_origin, NOTE, public.raw)
        for public in settings.TANHUI.keys.public_keys(_KEY)
        if public.algorithm is Algorithm.ED25519
    ]


@lru_cache(maxsize=8)
def parse_policy(text: bytes) -> Policy:
    """The policy in these bytes; refuses `log_policy_unreadable`."""
    try:
        return policies.parse(text.decode())
    except (Malformed, UnicodeDecodeError) as fault:
        raise Invalid(
            "log_policy_unreadable",
            zh="公开日志的见证策略无法读取（{why}）。",
            en="The public log's policy cannot be read ({why}).",
            why=fault,
        ) from None


def policy_file() -> bytes:
    """The policy as it lies in the folder; refuses `log_policy_missing`."""
    text = folder().text("policy")
    if text is None:
        raise NotFound(
            "log_policy_missing",
            zh="公开日志还没有见证策略，请用 tanhui log policy --witness … 写入。",
            en="The public log has no policy yet; write one with tanhui log policy --witness ….",
        )
    return text


def policy() -> Policy:
    """Which witnesses must see a checkpoint, and where they are.

    Refuses: `log_policy_missing`, `log_policy_unreadable`.
    """
    return parse_policy(policy_file())


def public_policy() -> Policy:
    """What a stranger needs to check a proof: the policy without the witnesses' addresses."""
    whole = policy()
    return replace(whole, witnesses=tuple(replace(each, address="") for each in whole.witnesses))
