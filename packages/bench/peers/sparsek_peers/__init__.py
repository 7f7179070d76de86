"""Peers of the benchmark, each through its normal public interface."""
