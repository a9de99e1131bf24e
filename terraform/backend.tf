# Bucket, key and region come with -backend-config, so that one configuration serves every environment:
#   terraform init -backend-config=bucket=… -backend-config=key=dayshift/dev.tfstate -backend-config=region=…
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
