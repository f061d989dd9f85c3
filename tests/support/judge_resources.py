"""Reads Kubernetes resources from YAML and judges them: judge_resources.py JOB prints JSON.

JOB holds `texts` (YAML by name), `kubernetes` (versions) and `custom` (files of CustomResourceDefinitions).
The answer: `resources` by name, and `faults`, a line each.
"""

import functools
import json
import sys

import jsonschema
import yaml
from kubernetes_validate import utils

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
utils.schema_contents = functools.lru_cache(None)(utils.schema_contents)
utils.all_versions = functools.lru_cache(None)(utils.all_versions)


def closed(schema):
    """Returns the schema with unknown fields forbidden, as an API server prunes them without a word."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    keeps = schema.get("x-kubernetes-preserve-unknown-fields")
    if isinstance(schema.get("properties"), dict) and "type" in schema and not keeps:
        result.setdefault("additionalProperties", False)
    return result


def definitions(files):
    """Returns a validator for each kind and version that the files define."""
    found = {}
    for path in files:
        with open(path) as file:
            crd = yaml.load(file, Loader=Loader)
        spec = crd["spec"]
        for version in spec["versions"]:
            schema = closed(version["schema"]["openAPIV3Schema"])
            api = f"{spec['group']}/{version['name']}"
            found[api, spec["names"]["kind"]] = jsonschema.Draft202012Validator(schema)
    return found


def judge(resource, custom, kubernetes):
    """Yields what is wrong with a resource."""
    validator = custom.get((resource["apiVersion"], resource["kind"]))
    if validator:
        for error in validator.iter_errors(resource):
            yield f"{error.json_path}: {error.message}"
        return
    for version in kubernetes:
        try:
            utils.validate(resource, version, strict=True)
        except utils.ValidationError as error:
            yield f"{version}: {'.'.join(map(str, error.path))}: {error.message}"
        except utils.SchemaNotFoundError as error:
            yield error.message


def main():
    with open(sys.argv[1]) as file:
        job = json.load(file)
    custom = definitions(job["custom"])
    resources, faults, seen = {}, [], set()
    for name, text in job["texts"].items():
        resources[name] = [item for item in yaml.load_all(text, Loader=Loader) if item]
        for resource in resources[name]:
            key = json.dumps(resource, sort_keys=True)
            if key in seen:
                continue
            seen.add(key)
            where = f"{name}: {resource['kind']}/{resource['metadata']['name']}"
            faults += [f"{where}: {fault[:300]}" for fault in judge(resource, custom, job["kubernetes"])]
    print(json.dumps({"resources": resources, "faults": faults}))


main()
