// What every page needs. Pages add their own modules; all of them only quicken what works without.
import "./dialog.js";
import "./submit.js";
import "./toast.js";
