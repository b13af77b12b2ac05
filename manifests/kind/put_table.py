"""Copy standard input into an object; its first line holds the access key and the secret key."""

import sys

from minio import Minio

PART_BYTES = 16 << 20


def main() -> None:
    """Read endpoint, bucket and object from the command line."""
    endpoint, bucket, name = sys.argv[1:]
    access_key, secret_key = sys.stdin.buffer.readline().decode().split()
    store = Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=False)
    store.put_object(
        bucket_name=bucket,
        object_name=name,
        data=sys.stdin.buffer,
        length=-1,
        part_size=PART_BYTES,
    )
    print(f"· s3://{bucket}/{name} is there")


if __name__ == "__main__":
    main()
