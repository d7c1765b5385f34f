# The register has the result of each document.
resource "aws_dynamodb_table" "register" {
  name         = "${var.prefix}-register"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "document"

  attribute {
    name = "document"
    type = "S"
  }
}
