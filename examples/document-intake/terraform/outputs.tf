# The outputs are the only interface between this root and what validates it.

output "documents_bucket" {
  description = "Name of the bucket where documents arrive."
  value       = aws_s3_bucket.documents.id
}

output "application_url" {
  description = "Page of the bucket in the console, where a person sees the documents. Messages and the board link it."
  value       = "https://${data.aws_region.current.id}.console.aws.amazon.com/s3/buckets/${aws_s3_bucket.documents.id}"
}

output "work_queue_url" {
  description = "URL of the queue of documents to be taken in."
  value       = aws_sqs_queue.work.url
}

output "rejected_queue_url" {
  description = "URL of the queue of documents that could not be taken in."
  value       = aws_sqs_queue.rejected.url
}

output "register_table" {
  description = "Name of the table that says what has become of each document."
  value       = aws_dynamodb_table.register.name
}
