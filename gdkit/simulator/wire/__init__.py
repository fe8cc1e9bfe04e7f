"""The AWS protocols, read and written by botocore's own descriptions of the APIs."""
