"""Write the parts of the documents that are made from the source: `make docs`."""

from tests.documents import component_contracts

for module in (component_contracts,):
    module.PAGE.write_text(module.page(), "utf-8")
