/* What notis.yaml and site.yaml may hold. */
#include "engine/inputs/config.h"

enum {
  T_BOOL = 1 << NT_BOOL,
  T_INT = 1 << NT_INT,
  T_NUMBER = 1 << NT_INT | 1 << NT_FLOAT,
  T_STRING = 1 << NT_STRING,
  T_LIST = 1 << NT_LIST,
  T_MAP = 1 << NT_MAP,
  T_NULL = 1 << NT_NULL,
  T_ANY = (1 << (NT_MARKUP + 1)) - 1
};

static const nt_schema limits = {(const nt_schema_key[]){{"item", T_STRING | T_INT},
                                                         {"hook_memory", T_STRING | T_INT},
                                                         {"hook_instructions", T_INT},
                                                         {"removals", T_STRING | T_NUMBER},
                                                         {0}}};

const nt_schema nt_schema_workspace = {(const nt_schema_key[]){{"notis", T_INT, NULL, true},
                                                               {"sites", T_LIST, NULL, true},
                                                               {"out", T_STRING},
                                                               {"workers", T_INT | T_STRING},
                                                               {"plugins", T_LIST},
                                                               {"limits", T_MAP, &limits},
                                                               {0}}};

/* A text, or a map of texts by language, whose keys are checked when the languages are known. */
static const nt_schema by_lang = {(const nt_schema_key[]){{"*", T_STRING}, {0}}};
#define BY_LANG T_STRING | T_MAP, &by_lang

static const nt_schema language = {
    (const nt_schema_key[]){{"name", T_STRING}, {"path", T_STRING}, {"fallback", T_STRING | T_LIST}, {0}}};
static const nt_schema languages = {(const nt_schema_key[]){{"*", T_MAP, &language}, {0}}};
/* The rest of a source's map belongs to its plugin. */
static const nt_schema source = {(const nt_schema_key[]){{"use", T_STRING, NULL, true},
                                                         {"kind", T_STRING},
                                                         {"path", T_STRING},
                                                         {"match", T_STRING},
                                                         {"lang", T_STRING},
                                                         {"*", T_ANY},
                                                         {0}}};
static const nt_schema sources = {(const nt_schema_key[]){{"*", T_MAP, &source}, {0}}};

static const nt_schema list_output = {(const nt_schema_key[]){{"path", T_STRING}, {"limit", T_INT}, {0}}};
static const nt_schema no_settings = {(const nt_schema_key[]){{0}}};
static const nt_schema list_outputs = {
    (const nt_schema_key[]){{"html", T_MAP, &no_settings}, {"*", T_MAP, &list_output}, {0}}};
static const nt_schema collection = {(const nt_schema_key[]){{"kind", T_STRING | T_LIST},
                                                             {"where", T_MAP},
                                                             {"sort", T_STRING | T_LIST},
                                                             {"limit", T_INT},
                                                             {"title", BY_LANG},
                                                             {"path", BY_LANG},
                                                             {"per_page", T_INT},
                                                             {"page_path", BY_LANG},
                                                             {"number_from", T_STRING},
                                                             {"template", T_STRING},
                                                             {"outputs", T_MAP, &list_outputs},
                                                             {"params", T_MAP},
                                                             {0}}};
static const nt_schema collections = {(const nt_schema_key[]){{"*", T_MAP, &collection}, {0}}};

static const nt_schema term = {(const nt_schema_key[]){{"title", BY_LANG}, {0}}};
static const nt_schema terms = {(const nt_schema_key[]){{"*", T_MAP, &term}, {0}}};
static const nt_schema taxonomy = {(const nt_schema_key[]){{"of", T_STRING | T_LIST},
                                                           {"path", BY_LANG},
                                                           {"index", BY_LANG},
                                                           {"template", T_STRING},
                                                           {"index_template", T_STRING},
                                                           {"sort", T_STRING | T_LIST},
                                                           {"per_page", T_INT},
                                                           {"page_path", BY_LANG},
                                                           {"number_from", T_STRING},
                                                           {"title", BY_LANG},
                                                           {"terms", T_MAP, &terms},
                                                           {"outputs", T_MAP, &list_outputs},
                                                           {"params", T_MAP},
                                                           {0}}};
static const nt_schema taxonomies = {(const nt_schema_key[]){{"*", T_MAP, &taxonomy}, {0}}};

static const nt_schema menu_entry = {
    (const nt_schema_key[]){{"to", T_STRING, NULL, true}, {"title", BY_LANG}, {"weight", T_NUMBER}, {0}}};
static const nt_schema menu = {(const nt_schema_key[]){{"*", T_MAP, &menu_entry}, {0}}};
static const nt_schema menus = {(const nt_schema_key[]){{"*", T_MAP, &menu}, {0}}};
static const nt_schema redirects = {(const nt_schema_key[]){{"*", T_STRING}, {0}}};

static const nt_schema page = {(const nt_schema_key[]){{"path", BY_LANG, true},
                                                       {"template", T_STRING},
                                                       {"title", BY_LANG},
                                                       {"params", T_MAP},
                                                       {"output", T_STRING},
                                                       {"sitemap", T_BOOL},
                                                       {"languages", T_LIST},
                                                       {0}}};
static const nt_schema pages = {(const nt_schema_key[]){{"*", T_MAP, &page}, {0}}};
static const nt_schema site_output = {(const nt_schema_key[]){{"path", T_STRING, NULL, true}, {"limit", T_INT}, {0}}};
static const nt_schema site_outputs = {(const nt_schema_key[]){{"*", T_MAP, &site_output}, {0}}};
static const nt_schema links = {(const nt_schema_key[]){{"missing", T_STRING}, {0}}};

const nt_schema nt_schema_site = {(const nt_schema_key[]){{"extends", T_LIST | T_STRING},
                                                          {"title", T_STRING, NULL, true},
                                                          {"url", T_STRING, NULL, true},
                                                          {"timezone", T_STRING},
                                                          {"since", T_INT},
                                                          {"languages", T_MAP, &languages},
                                                          {"sources", T_MAP, &sources, true},
                                                          {"collections", T_MAP, &collections},
                                                          {"taxonomies", T_MAP, &taxonomies},
                                                          {"menus", T_MAP, &menus},
                                                          {"redirects", T_MAP, &redirects},
                                                          {"pages", T_MAP, &pages},
                                                          {"outputs", T_MAP, &site_outputs},
                                                          {"links", T_MAP, &links},
                                                          {"limits", T_MAP, &limits},
                                                          {"params", T_MAP},
                                                          {0}}};
