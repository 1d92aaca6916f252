// Unpacks the browser where TMPDIR says, and prints where it is.

import chromium from "@sparticuz/chromium";

process.stdout.write(await chromium.executablePath());
