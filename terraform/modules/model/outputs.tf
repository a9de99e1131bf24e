####################################################################################################
# Model
####################################################################################################

output "prefix" {
  description = "Keys that begin with this are the model's, for example \"incoming/signs/\"."
  value       = var.model.prefix
}

####################################################################################################
# Queue
####################################################################################################

output "queue_url" {
  description = "URL of the queue."
  value       = aws_sqs_queue.main.url
}

output "queue_arn" {
  description = "ARN of the queue."
  value       = aws_sqs_queue.main.arn
}

output "dlq_url" {
  description = "URL of the dead-letter queue."
  value       = aws_sqs_queue.dead_letters.url
}

output "dlq_name" {
  description = "Name of the dead-letter queue, for its alarm."
  value       = aws_sqs_queue.dead_letters.name
}

####################################################################################################
# Labeler
####################################################################################################

output "labeler_name" {
  description = "Name of the labeler."
  value       = module.labeler.name
}

output "mapping_uuid" {
  description = "UUID of the event source mapping from the queue to the labeler."
  value       = aws_lambda_event_source_mapping.queue.uuid
}

output "labeler_contract" {
  description = "The labeler as the tests hold it against tests/contract."
  value       = module.labeler.contract
}
