"""Opening the key ring: its file, the keys that the environment gives, a device if any."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from tanhui.config.secrets import Secrets
from tanhui.kernel.refusals import Invalid
from tanhui.runtime.keys.algorithms import Algorithm, Crypto
from tanhui.runtime.keys.ring import Keys, founding_key


@cache
def open_ring(path: Path, secrets: Secrets, *, generate: bool, device: str | None) -> Keys:
    """The ring whose file is `path`; the same one for the whole program.

    `generate` makes the file where it is missing. Refuses `key_device_unknown`.
    """
    founding = (
        founding_key("personal", Algorithm.AES_256_GCM, secrets.personal_key),
        founding_key("blind", Algorithm.HMAC_SHA256, secrets.blind_key),
    )
    devices = {"device": _device(device)} if device else {}
    return Keys(path, founding=founding, devices=devices, generate=generate)


def _device(name: str) -> Crypto:
    """The device that an installation brings as `package.module:Class`."""
    module, _, attribute = name.partition(":")
    try:
        made: Crypto = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError) as error:
        raise Invalid(
            "key_device_unknown",
            zh="密码设备 {name} 无法载入：{why}。",
            en="The key device {name} cannot be loaded: {why}.",
            name=name,
            why=str(error),
        ) from None
    return made
