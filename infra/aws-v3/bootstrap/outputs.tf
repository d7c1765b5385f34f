output "state_bucket" {
  description = "Name of the bucket that holds the stack's state."
  value       = aws_s3_bucket.state.id
}

output "state_bucket_arn" {
  description = "ARN of the state bucket."
  value       = aws_s3_bucket.state.arn
}

output "lock_table" {
  description = "Name of the table that locks the stack's state."
  value       = aws_dynamodb_table.lock.name
}
