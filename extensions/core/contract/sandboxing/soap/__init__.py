"""SOAP 1.1, document/literal: messages from tables, read strictly and written as declared."""
