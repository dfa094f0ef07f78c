"""Election results by polling station, as the ministry of the interior published them since 2012."""
