/* Menus: made with the plan, once for each language, when it is known where their words lead. */
#ifndef NT_ENGINE_PLAN_MENUS_H
#define NT_ENGINE_PLAN_MENUS_H

#include "engine/plan/planning.h"

typedef struct nt_menu {
  nt_value entries; /* maps { title, url, lang, current: false }, in order of weight */
  nt_hash hash;
} nt_menu;

/* Makes every menu of the site; a word that leads nowhere is reported and left out. */
void nt_plan_menus(nt_planning *p);
/* By language and name: "sv/main". NULL if the site has no such menu. */
const nt_menu *nt_menu_find(const nt_plan *plan, nt_str name);

#endif
