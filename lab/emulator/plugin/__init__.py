"""The package adds to moto: calls and CloudFormation types that it lacks, and behaviour that AWS has and moto does not.

Each concern has one module. It registers its changes with `hooks.when_imported`, so that the server answers before
moto's hundred services are loaded, and a service is changed at the moment at which moto first loads it.
"""
