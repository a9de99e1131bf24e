"""The operations of the HTTP API, one file each: a request and its ports in, a reply out."""
