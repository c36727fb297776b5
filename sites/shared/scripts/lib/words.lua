-- What the scripts write into texts, in the languages of the sites.
local words = {
  sv = {
    table = "Tabell", correction = "Rättelse", figures = "Rapporten i siffror", measure = "Mått", value = "Värde",
    change = "Förändring", since = "sedan", unchanged = "oförändrat", photo = "Foto", illustration = "Illustration",
  },
  en = {
    table = "Table", correction = "Correction", figures = "The report in figures", measure = "Measure", value = "Value",
    change = "Change", since = "since", unchanged = "unchanged", photo = "Photo", illustration = "Illustration",
  },
  fi = {
    table = "Taulukko", correction = "Oikaisu", figures = "Raportti lukuina", measure = "Mittari", value = "Arvo",
    change = "Muutos", since = "vuodesta", unchanged = "ei muutosta", photo = "Kuva", illustration = "Kuvitus",
  },
}

return {
  of = function(lang) return words[lang] or words.sv end,
}
