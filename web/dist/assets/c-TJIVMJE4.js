import{a}from"./c-KVR3LRF3.js";import"./c-3B2PHH3H.js";import"./c-33EWE5BU.js";import"./c-X5SOGRU3.js";import"./c-PNKXO35L.js";import"./c-JIGYNHIF.js";export{a as InviteLink};
