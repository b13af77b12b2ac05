"""Copy standard input into an object; its first line holds the access key and the secret key."""

import sys

import urllib3
from minio import Minio
from minio.error import MinioException

PART_BYTES = 16 << 20


def main() -> int:
    """Read endpoint, bucket and object from the command line; return the exit code."""
    endpoint, bucket, name = sys.argv[1:]
    access_key, secret_key = sys.stdin.buffer.readline().decode().split()
    store = Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=False)
    try:
        store.put_object(
            bucket_name=bucket,
            object_name=name,
            data=sys.stdin.buffer,
            length=-1,
            part_size=PART_BYTES,
        )
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        sys.stderr.write(f"error: s3://{bucket}/{name} could not be written: {error}\n")
        return 1
    print(f"· s3://{bucket}/{name} is there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
