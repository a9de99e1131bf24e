terraform {
  # 1.9 for validations that read other variables, 1.10 for the lock file of the S3 backend.
  required_version = ">= 1.10.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact, because no lock file is kept: a lock file written behind a mirror knows one platform only.
      version = "5.100.0"
    }
  }
}
