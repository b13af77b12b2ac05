"""Write the parts of the documents that are made from the source: `make docs`."""

from tests.documents import component_contracts, registry_reference

for module in (component_contracts, registry_reference):
    module.PAGE.write_text(module.page(), "utf-8")
