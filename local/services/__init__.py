"""What MiniStack lacks or gets wrong: Rekognition and EventBridge Scheduler, behind AWS_ENDPOINT_URL_<SERVICE>."""
