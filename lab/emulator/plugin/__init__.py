"""What the lab adds to moto: calls and CloudFormation types it lacks, and behaviour that AWS has and moto has not.

One module a concern. Each registers its changes with `hooks.when_imported`, so that the server answers before moto's
hundred services are loaded, and a service is changed at the moment moto first loads it.
"""
