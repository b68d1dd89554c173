"""PES V2, the files communes and the treasury exchange: titres go, acknowledgements and returns come."""
