import{a}from"./c-FQJ7HUFP.js";import"./c-XKI7F4BR.js";import"./c-YQUW22CO.js";import"./c-X5SOGRU3.js";import"./c-NQWIDMVT.js";import"./c-4UBFJILZ.js";export{a as ImportFile};
