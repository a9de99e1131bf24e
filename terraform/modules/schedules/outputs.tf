####################################################################################################
# Schedules
####################################################################################################

output "schedules" {
  description = "Names of the schedules of the model."
  value       = concat(values(aws_scheduler_schedule.edge)[*].name, values(aws_scheduler_schedule.backstop)[*].name)
}
