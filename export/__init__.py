"""Turns a checkpoint into the ONNX files and the contract in assets/."""
