####################################################################################################
# Hours
####################################################################################################

variable "windows" {
  type        = list(string)
  description = "When it is open, by the wall clock, for example [\"Mon-Fri 09:00-18:00\", \"Sat 22:00-02:00\"]; their union."
}

variable "timezone" {
  type        = string
  description = "IANA name of the time zone of that wall clock, for example \"Europe/Berlin\"."
}

variable "closed_on" {
  type        = set(string)
  description = "Dates on which no window begins, for example [\"2026-12-24\"]."
  default     = []
}

variable "holidays_of" {
  type        = string
  description = "Whose public holidays are closed dates too: a country (\"DE\") or a subdivision of one (\"DE-BY\"), as in holidays/; null for none."
  default     = null
}

####################################################################################################
# Power
####################################################################################################

variable "warmup_minutes" {
  type        = number
  description = "Minutes before the opening at which a start begins."
}

variable "backstop_minutes" {
  type        = number
  description = "Minutes after the closing at which whatever still runs is stopped."
  default     = 30
}

variable "grace_minutes" {
  type        = number
  description = "Minutes for which a model may rightly run on after any closing: no backstop is made in them. Less than backstop_minutes, or there are no backstops."
  default     = 0
}
