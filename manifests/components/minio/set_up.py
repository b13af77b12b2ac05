"""Create what the registry and the pipelines need in MinIO: a bucket and an account for each.

Every call sets a state, so the Job that runs this may run again at any time.
"""

import itertools
import os
import sys
import time
from collections.abc import Callable

import urllib3
from minio import Minio, MinioAdmin
from minio.credentials import StaticProvider
from minio.error import MinioException

# MinIO starts at the same time, maybe on a volume that is made first.
PATIENCE_SECONDS = 300
PAUSE_SECONDS = 1

READ_AND_WRITE = {
    "": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
    "/*": [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
    ],
}


def set_up(endpoint: str, root: tuple[str, str], accounts: dict[str, tuple[str, str]]) -> None:
    """Create each bucket and the one account that may read and write it, and nothing else.

    Args:
        endpoint: Host and port of MinIO.
        root: Access key and secret key of its administrator.
        accounts: Access key and secret key by the name of their bucket.
    """
    access_key, secret_key = root
    store = Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=False)
    admin = MinioAdmin(
        endpoint=endpoint, credentials=StaticProvider(access_key, secret_key), secure=False
    )
    for bucket, (account_key, account_secret) in accounts.items():
        if not store.bucket_exists(bucket_name=bucket):
            store.make_bucket(bucket_name=bucket)
        admin.policy_add(bucket, policy=policy(bucket))
        admin.user_add(account_key, account_secret)
        # Unlike attach_policy, this does not fail where it is so already.
        admin.policy_set(bucket, user=account_key)
        print(f"bucket {bucket} is there, and {account_key} may read and write it", flush=True)


def wait_for(endpoint: str, pause: Callable[[float], None] = time.sleep) -> None:
    """Return once MinIO answers, or has not for too long: the first call then says why."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for attempt in itertools.count():
        try:
            urllib3.request("GET", f"http://{endpoint}/minio/health/live", retries=False, timeout=5)
        except urllib3.exceptions.HTTPError as error:
            if time.monotonic() >= deadline:
                return
            if attempt == 0:
                print(f"waiting for MinIO at {endpoint}: {error}", flush=True)
            pause(PAUSE_SECONDS)
        else:
            return


def policy(bucket: str) -> dict[str, object]:
    """Return the S3 policy that allows to read and write one bucket."""
    statements = [
        {"Effect": "Allow", "Action": actions, "Resource": [f"arn:aws:s3:::{bucket}{objects}"]}
        for objects, actions in READ_AND_WRITE.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def main() -> int:
    """Read the environment of the Job; return the exit code."""
    env = os.environ
    accounts = {
        env["REGISTRY_BUCKET"]: (env["REGISTRY_ACCESS_KEY"], env["REGISTRY_SECRET_KEY"]),
        env["TABLES_BUCKET"]: (env["TABLES_ACCESS_KEY"], env["TABLES_SECRET_KEY"]),
    }
    root = env["MINIO_ROOT_USER"], env["MINIO_ROOT_PASSWORD"]
    wait_for(env["MINIO_ENDPOINT"])
    try:
        set_up(env["MINIO_ENDPOINT"], root, accounts)
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        sys.stderr.write(f"error: MinIO at {env['MINIO_ENDPOINT']}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
