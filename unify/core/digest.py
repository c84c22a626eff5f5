"""Digests: what makes two things the same thing."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def json_digest(value: Any) -> str:
    """Hex sha256 of the canonical JSON of a value."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def content_ids(sha256: np.ndarray) -> np.ndarray:
    """63-bit picture ids, the digest's first eight bytes less the lowest bit.

    63 bits because Model Garden parses ``image/source_id`` as a signed 64-bit number.

    Args:
        sha256: uint8 [P, 32].

    Returns:
        int64 [P], never negative.
    """
    prefix = np.ascontiguousarray(sha256[:, :8]).view(">u8").reshape(-1)
    return (prefix >> np.uint64(1)).astype(np.int64)


def shuffle_keys(sha256: np.ndarray, seed: int) -> np.ndarray:
    """Pseudo-random sort keys that depend on each picture's content and the seed alone.

    The digest is uniform already; mixing in the seed by splitmix64 (Steele et al., 2014) gives another order for
    another seed at NumPy speed.

    Args:
        sha256: uint8 [P, 32].
        seed: any int; taken modulo 2**64.

    Returns:
        uint64 [P].
    """
    lanes = np.ascontiguousarray(sha256[:, 8:16]).view("<u8").reshape(-1).astype(np.uint64)
    x = lanes + np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
