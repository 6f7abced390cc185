"""What machines say of themselves: the figures kept, and what each tool calls them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Kind:
    """A figure: its name, its unit, and whether it only ever grows until its server starts anew."""

    name: str
    unit: str
    counter: bool = False


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("gpu_utilisation", "share"),
        Kind("gpu_engine_active", "share"),
        Kind("gpu_memory_used", "bytes"),
        Kind("gpu_memory_free", "bytes"),
        Kind("gpu_memory_total", "bytes"),
        Kind("requests_running", "requests"),
        Kind("requests_waiting", "requests"),
        Kind("kv_cache_usage", "share"),
        Kind("tokens_prompt", "tokens", counter=True),
        Kind("tokens_generated", "tokens", counter=True),
        Kind("network_received", "bytes", counter=True),
        Kind("network_sent", "bytes", counter=True),
        Kind("power", "W"),
        Kind("temperature", "°C"),
    )
}

MIB = float(1 << 20)

PROMETHEUS: dict[str, tuple[str, float]] = {
    "DCGM_FI_DEV_GPU_UTIL": ("gpu_utilisation", 0.01),
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": ("gpu_engine_active", 1.0),
    "DCGM_FI_DEV_FB_USED": ("gpu_memory_used", MIB),
    "DCGM_FI_DEV_FB_FREE": ("gpu_memory_free", MIB),
    "DCGM_FI_DEV_FB_TOTAL": ("gpu_memory_total", MIB),
    "DCGM_FI_DEV_POWER_USAGE": ("power", 1.0),
    "DCGM_FI_DEV_GPU_TEMP": ("temperature", 1.0),
    "nvidia_smi_utilization_gpu_ratio": ("gpu_utilisation", 1.0),
    "nvidia_smi_memory_used_bytes": ("gpu_memory_used", 1.0),
    "nvidia_smi_memory_total_bytes": ("gpu_memory_total", 1.0),
    "vllm:num_requests_running": ("requests_running", 1.0),
    "vllm:num_requests_waiting": ("requests_waiting", 1.0),
    "vllm:kv_cache_usage_perc": ("kv_cache_usage", 1.0),  # named a percentage, yet 1 is all of it
    "vllm:gpu_cache_usage_perc": ("kv_cache_usage", 1.0),
    "vllm:prompt_tokens_total": ("tokens_prompt", 1.0),
    "vllm:generation_tokens_total": ("tokens_generated", 1.0),
    "tgi_batch_current_size": ("requests_running", 1.0),
    "tgi_queue_size": ("requests_waiting", 1.0),
    "tgi_request_input_length_sum": ("tokens_prompt", 1.0),
    "tgi_request_generated_tokens_sum": ("tokens_generated", 1.0),
    "node_network_receive_bytes_total": ("network_received", 1.0),
    "node_network_transmit_bytes_total": ("network_sent", 1.0),
}
"""Metrics of DCGM's and other exporters, vLLM, TGI and node_exporter: the figure, and what makes its unit of theirs."""

NVIDIA_SMI: dict[str, tuple[str, float]] = {
    "utilization.gpu": ("gpu_utilisation", 0.01), "memory.used": ("gpu_memory_used", MIB),
    "memory.free": ("gpu_memory_free", MIB), "memory.total": ("gpu_memory_total", MIB),
    "power.draw": ("power", 1.0), "temperature.gpu": ("temperature", 1.0),
}  # fmt: skip
"""Columns of ``nvidia-smi --query-gpu``."""

DMON: dict[str, tuple[str, float]] = {
    "GPUTL": ("gpu_utilisation", 0.01), "GRACT": ("gpu_engine_active", 1.0), "FBUSD": ("gpu_memory_used", MIB),
    "FBFRE": ("gpu_memory_free", MIB), "FBTTL": ("gpu_memory_total", MIB), "POWER": ("power", 1.0),
    "TMPTR": ("temperature", 1.0),
}  # fmt: skip
"""Columns of ``dcgmi dmon``."""

_WITHIN = re.compile(r"lo|(?:docker|br-|veth|cni|flannel|cali|virbr|tap|tun)\S*")
"""Network cards within a machine: what passes them stays there, or passes a card that is there to be touched too."""

_INSTANCE = ("instance", "Hostname", "hostname", "node", "host", "pod")
_DEVICE = ("gpu", "engine", "device", "UUID", "uuid")
_MODEL = ("model_name", "model_id", "model")
_PORT = re.compile(r":\d+$")


def used(name: str, labels: Mapping[str, str]) -> tuple[str, float] | None:
    """Find the figure that a series is, and what makes its unit of theirs; null where it is not used."""
    return None if _within(name, labels) else PROMETHEUS.get(name)


def unused(name: str, labels: Mapping[str, str]) -> str:
    """Name a series that is not used, with its network card where others of that name are."""
    return f"{name} of {labels['device']}" if _within(name, labels) else name


def _within(name: str, labels: Mapping[str, str]) -> bool:
    return name.startswith("node_network_") and _WITHIN.fullmatch(labels.get("device", "")) is not None


def place(labels: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """Read the machine, the device and the served model off a series's labels.

    The machine's port is left out: what serves the model and what watches its GPU listen at different ones.
    """
    instance, device, model = (_first(labels, names) for names in (_INSTANCE, _DEVICE, _MODEL))
    part = labels.get("GPU_I_ID")  # a slice of a GPU
    return _PORT.sub("", instance) if instance else None, f"{device}/{part}" if part else device, model


def _first(labels: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := labels.get(name))), None)


def wrong(metric: str, value: float) -> str:
    """Say what is wrong with a figure; empty where it can be true."""
    if value < 0:
        return f"{metric} below nought: {value:g}"
    if KINDS[metric].unit == "share" and value > 1.001:  # a little over by rounding
        return f"{metric} above 100 %: {value:.6g} of 1"
    return ""
