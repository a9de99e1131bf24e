"""A discrete-event model of AWS under a simulated clock, in which the real services and domain code run.

clock      the event loop; functions that sleep in simulated time
faults     what can go wrong at a call, and the line through which every call of the code passes
storage    S3: versions, notifications, terminal records, the sweep's ledger
queue      SQS: visibility, receives, redrive, retention, counts that lag
mapping    the event source mapping that hands batches to a labeler
service    Rekognition Custom Labels: a model that is started, billed and stopped
scheduler  EventBridge Scheduler: ticks, edges, backstop, sweep; late, twice or never
functions  Lambda: the real services behind the ports, asynchronous retries, deaths
hours      when a model should run, told without the code under test
world      all of it together, with what people do by hand
laws       the invariants I1 to I10, checked on what happened
"""
