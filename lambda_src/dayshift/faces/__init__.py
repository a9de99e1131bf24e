"""Faces in images. What decodes and recognises runs in child processes; only they load dlib, numpy and Pillow."""
