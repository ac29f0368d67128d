"""What is printed for residents: letters with their menu, sheets for the doorstep, notices for the board.

Plain data in (`content`), PDF out (`printing`). Nothing here asks the database.
"""
