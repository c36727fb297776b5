/* libyaml's complaints in the words of our catalogue, at the place that has to be changed. */
#ifndef NT_TEXT_YAML_ERROR_H
#define NT_TEXT_YAML_ERROR_H

#include "text/yaml_place.h"

#include <yaml.h>

void nt_yaml_error_report(const yaml_parser_t *parser, nt_yaml_place *place, nt_diags *diags);

#endif
