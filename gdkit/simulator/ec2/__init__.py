"""What moto lacks around instances: metadata service, metadata options, regions, the Systems Manager agent."""
