"""Contacts of Sales become contact persons of SCM, or customers: each contact has an outcome in both tasks.

Source: MicrosoftDocs contacts-template-mapping-direct (text and pictured grids). A contact that buys (active customer) is a
customer; one that does not and whose parent is an account is a contact person of that account's party.
"""

from p2c_assets.mappings import sales, scm
from p2c_assets.mappings.library import (
    CUSTOMERS,
    GRID,
    constant,
    copies,
    copy,
    country,
    currency_code,
    customer_address,
    field,
    mapped,
    party_block,
    setting,
)
from p2c_assets.mappings.model import Condition, Exists, Filter, Task
from p2c_assets.mappings.rules import Copy

PARENT_NUMBER = "parentcustomerid.Account(accountnumber).Contact(msdynce_contactnumber)"

CONTACTS_TO_CONTACT_PERSONS = Task(
    name="contacts_to_contact_persons",
    flow="contacts",
    title="Contacts to contact persons (Sales to SCM)",
    source=sales.CONTACTS,
    target=scm.CONTACT_PERSONS,
    asset="scm/contact_persons",
    unit="scm/contact_persons",
    document="msdynce_contactnumber",
    filters=(
        Filter("contact_is_customer", (Condition("msdynce_isactivecustomer", "eq", True),), "D:con, D:sol"),
        Filter("parent_is_not_account", (Condition("msdynce_iscompanyanaccount", "ne", True),), "D:con, D:sol"),
    ),
    fields=(
        copy("msdynce_contactnumber", "ContactPersonPartyNumber", required=True),
        field(
            "AssociatedPartyNumber",
            Copy(source=PARENT_NUMBER),
            exists=Exists(CUSTOMERS, "PartyNumber"),
            note="The account's number is its party number; held until SCM has the account.",
        ),
        *copies(
            ("firstname", "FirstName"),
            ("middlename", "MiddleName"),
            ("lastname", "LastName"),
            ("department", "EmploymentDepartment"),
            ("jobtitle", "EmploymentProfession"),
            ("description", "Notes"),
            ("emailaddress1", "PrimaryEmailAddress"),
            ("telephone1", "PrimaryPhoneNumber"),
            ("websiteurl", "PrimaryURL"),
            ("governmentid", "GovernmentIdentificationNumber"),
        ),
        mapped("gendercode", "Gender", "gender", f"{GRID}, D:dw", blank="Unknown"),
        mapped("familystatuscode", "MaritalStatus", "marital_status", f"{GRID}, D:dw", blank="None"),
        mapped("donotemail", "IsReceivingDirectMail", "do_not_email", blank="Yes", note="An inversion."),
        mapped("statecode", "IsInactive", "inactive", blank="No", note="0 No, 1 Yes: inferred."),
        copy("address1_line1", "PrimaryAddressStreet"),
        copy("address1_city", "PrimaryAddressCity"),
        copy("address1_stateorprovince", "PrimaryAddressStateId"),
        copy("address1_postalcode", "PrimaryAddressZipCode"),
        country("address1_country", "PrimaryAddressCountryRegionISOCode", f"{GRID}, D:old-con"),
        constant("ContactPersonPartyType", "Person"),
        constant("IsContactPersonExternallyMaintained", "Yes", f"{GRID}, D:con", mode="synced"),
    ),
    blocks=(party_block("address", "PrimaryAddress", "address1"),),
    optional=(
        copy("fax", "PrimaryFaxNumber", "D:dw"),
        copy("spousesname", "SpouseName", "D:dw"),
        copy("address1_line2", "PrimaryAddressStreetNumber", "I"),
        copy("address1_county", "PrimaryAddressCountyId", "D:dw"),
    ),
)

CONTACTS_TO_CUSTOMERS = Task(
    name="contacts_to_customers",
    flow="contacts",
    title="Contacts to customers (Sales to SCM)",
    source=sales.CONTACTS,
    target=scm.CUSTOMERS_V2,
    asset="scm/customers_from_contacts",
    unit="scm/customers_from_contacts",
    document="msdynce_contactnumber",
    checks=("customer_numbers",),
    filters=(Filter("contact_not_customer", (Condition("msdynce_isactivecustomer", "ne", True),), "D:con, D:sol"),),
    fields=(
        copy("msdynce_contactnumber", "CustomerAccount", f"{GRID}, D:mig", required=True),
        copy("msdynce_contactnumber", "PartyNumber", f"{GRID}, D:mig", mode="on_create"),
        copy("firstname", "PersonFirstName"),
        copy("middlename", "PersonMiddleName"),
        copy("lastname", "PersonLastName", required=True),
        copy("creditlimit", "CreditLimit"),
        currency_code("SalesCurrencyCode", fallback=True),
        *copies(
            ("description", "SalesMemo"),
            ("emailaddress1", "PrimaryContactEmail"),
            ("telephone1", "PrimaryContactPhone"),
            ("fax", "PrimaryContactFax"),
            ("websiteurl", "PrimaryContactURL"),
        ),
        *customer_address("Address", "address1"),
        copy("fullname", "AddressDescription"),
        constant("PartyType", "Person", f"{GRID}, D:dw"),
        constant("IsExternallyMaintained", "Yes", mode="synced", note="Later filters go by it."),
        setting("CustomerGroupId", "company.customer_group", f"{GRID}, D:con"),
        setting("LanguageId", "company.language", f"{GRID}, D:con"),
    ),
    blocks=(party_block("address", "Address", "address1", "AddressDescription"),),
    optional=(
        copy("jobtitle", "PersonProfessionalTitle", "D:dw"),
        mapped("gendercode", "PersonGender", "gender", "D:dw", blank="Unknown"),
        mapped("familystatuscode", "PersonMaritalStatus", "marital_status", "D:dw", blank="None"),
        copy("address1_county", "AddressCounty", "D:dw"),
        setting("SiteId", "company.site", "D:con"),
        setting("WarehouseId", "company.warehouse", "D:con"),
        constant("AddressLocationRoles", "Business", "D:dw"),
    ),
)

TASKS: tuple[Task, ...] = (CONTACTS_TO_CONTACT_PERSONS, CONTACTS_TO_CUSTOMERS)
