"""Distances on the sphere. The one place where a distance is a float, before it is floored."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Mean radius of the Earth (IUGG R1), in metres.
EARTH_RADIUS_M = 6_371_008.8

Degrees = npt.NDArray[np.float64]


def haversine_m(
    start_lat: Degrees, start_lng: Degrees, end_lat: Degrees, end_lng: Degrees
) -> npt.NDArray[np.float64]:
    """Great-circle distance in metres between points in degrees (WGS84); NaN where one is NaN.

    Formula: haversine on a sphere of radius `EARTH_RADIUS_M`.
    """
    phi_1, phi_2 = np.radians(start_lat), np.radians(end_lat)
    half_phi = (phi_2 - phi_1) / 2
    half_lambda = np.radians(end_lng - start_lng) / 2
    a = np.sin(half_phi) ** 2 + np.cos(phi_1) * np.cos(phi_2) * np.sin(half_lambda) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(a, 0.0, 1.0))))
