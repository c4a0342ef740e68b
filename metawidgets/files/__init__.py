"""Safe reading and writing of files: paths, JSON, zips, safetensors, `.npz` and pictures. Reading has size limits and never unpickles."""
