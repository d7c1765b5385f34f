# The only interface between this root and what validates it.

output "api_url" {
  description = "URL of the API. Requests are signed for the service \"lambda\"."
  value       = aws_lambda_function_url.api.function_url
}

output "api_function" {
  description = "Name of the function behind it."
  value       = aws_lambda_function.api.function_name
}
