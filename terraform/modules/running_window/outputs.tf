####################################################################################################
# Schedules
####################################################################################################

output "starts" {
  description = "When to start, for EventBridge Scheduler: wall time such as \"0830\" to cron."
  value       = local._crons.starts
}

output "stops" {
  description = "When to stop; as starts."
  value       = local._crons.stops
}

output "backstops" {
  description = "When what still runs must be stopped; as starts. None within a warm-up, a window or its grace that follow."
  value       = local._crons.backstops
}

output "awake_hours_a_week" {
  description = "Hours from each start to its stop, in a week without closed dates."
  value       = local._awake_minutes / 60
}

output "timezone" {
  description = "The time zone of all of them."
  value       = var.timezone
}

####################################################################################################
# Closed dates
####################################################################################################

output "closed_on" {
  description = "The dates given, and the public holidays on whose weekday a window begins; sorted."
  value       = sort(distinct(concat(tolist(var.closed_on), local._holidays)))
}
